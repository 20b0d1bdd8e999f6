/** The jobs of a platform team's first week on a real API server: every object with strict validation, every pod as it would be made. */
import assert from "node:assert/strict";
import { collect } from "../../tools/collect.js";
import { loadStack } from "../../tools/loadStack.js";
import { applyAll } from "../../tools/local/apply.js";
import { describe as named, type KubernetesObject } from "../../tools/local/client.js";
import { stackSteps } from "../../tools/local/manifests.js";
import { newRun } from "../../tools/local/ownership.js";
import { removeRun } from "../../tools/local/removeRun.js";
import { JOBS } from "../jobs/jobs.js";
import { type Config, merged } from "../serving/fixtures.js";
import { folderWith, removeFolders, stackText } from "../tools/folders.js";
import { world } from "./world.js";

interface Workload extends KubernetesObject {
  spec: { template: { metadata: KubernetesObject["metadata"]; spec: object } };
}

/** Whether somebody else makes the namespace. */
function isGiven(values: Config): boolean {
  return typeof values["namespace"] === "object";
}

describe("a platform team's jobs on a real API server", () => {
  /** A cluster's own: pods of a class that is not there are refused. */
  const RUNTIME_CLASS = {
    apiVersion: "node.k8s.io/v1",
    kind: "RuntimeClass",
    metadata: { name: "nvidia" },
    handler: "nvidia",
  };

  before(() => world().cluster.create(RUNTIME_CLASS));
  after(async () => {
    await world().cluster.remove(RUNTIME_CLASS);
    removeFolders();
  });

  for (const [index, [job, { values }]] of Object.entries(JOBS).entries()) {
    it(`takes ${job}`, async () => {
      const { cluster } = world();
      const run = newRun();
      const name = `job-${process.pid}-${index}`;
      const namespace = isGiven(values) ? { name, create: false } : name;
      const stack = loadStack(folderWith({ "Pulumi.test.yaml": stackText(merged(values, { namespace })) }), "test");
      const steps = stackSteps(await collect(stack.file), { run, load: { others: "0s", named: {} } });
      const own: KubernetesObject = {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
      };
      if (isGiven(values)) await cluster.create(own);
      try {
        cluster.warnings.clear();
        const { changed } = await applyAll(cluster, steps, { run, rolloutSeconds: 1 });
        const made = new Set(changed);
        for (const { object } of steps) assert.ok(made.has(named(object)), named(object));
        assert.deepEqual([...cluster.warnings], [], "the API server warns of nothing");
        const workloads = steps.map(({ object }) => object as Workload).filter(({ kind }) => kind === "Deployment");
        for (const { spec, metadata } of workloads) {
          // What controllers would make of it, through every admission: nothing of a dry run is kept.
          const body = {
            apiVersion: "v1",
            kind: "Pod",
            ...spec.template,
            metadata: { ...spec.template.metadata, name: metadata.name },
          };
          const path = `/api/v1/namespaces/${name}/pods?dryRun=All&fieldValidation=Strict`;
          assert.notEqual(await cluster.call("POST", path, { body }), undefined);
        }
      } finally {
        assert.deepEqual(await removeRun(cluster, run), []);
        if (isGiven(values)) await cluster.remove(own);
      }
    });
  }
});
