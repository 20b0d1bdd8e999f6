import assert from "node:assert/strict";
import { join } from "node:path";
import { collect, type CollectedResource } from "../../tools/collect.js";
import { loadStack } from "../../tools/loadStack.js";
import { readPolicyConfig, runPolicies } from "../../tools/policyRunner.js";
import { isManifest } from "../../tools/render/manifests.js";
import { folderWith, PROJECT, removeFolders, stackText } from "../tools/folders.js";
import { JOBS } from "./jobs.js";

/** What the program makes of a job's config. */
async function resourcesOf(job: string): Promise<CollectedResource[]> {
  return collect(loadStack(folderWith({ "Pulumi.test.yaml": stackText(JOBS[job]!.values) }), "test").file);
}

describe("the first week of a platform team", () => {
  after(removeFolders);

  for (const [job, { rendered, absent = [] }] of Object.entries(JOBS)) {
    it(`has ${job}: said in the config, rendered, and within production's policies`, async () => {
      const resources = await resourcesOf(job);
      const text = JSON.stringify(resources.filter(isManifest).map(({ inputs }) => inputs));
      for (const part of rendered) assert.ok(text.includes(part), `${part} is not in ${text}`);
      for (const part of absent) assert.ok(!text.includes(part), `${part} is in ${text}`);
      const judged = resources.map(({ inputs, ...resource }) => ({ ...resource, props: inputs }));
      const broken = await runPolicies(judged, undefined, readPolicyConfig(join(PROJECT, "policies/config/prod.json")));
      // These jobs are not about weights: production asks for a cache besides.
      const others = broken.filter(({ rule }) => rule !== "weights-cached");
      assert.deepEqual(
        others.filter(({ level }) => level === "mandatory").map(({ rule, message }) => `${rule}: ${message}`),
        [],
      );
    });
  }
});
