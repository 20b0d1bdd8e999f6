import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { rules } from "../policies/rules/index.js";
import { collectFrom, type CollectedResource } from "../tools/collect.js";
import { runPolicies } from "../tools/policyRunner.js";

const EXAMPLES = resolve(__dirname, "../examples");

/** Runs an example as Pulumi would, from its entry file. */
async function run(example: string, stack = "dev"): Promise<CollectedResource[]> {
  const folder = join(EXAMPLES, example);
  const { main } = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as { main: string };
  const entry = require.resolve(join(folder, main));
  Reflect.deleteProperty(require.cache, entry);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- once for each stack, as Pulumi does
  return collectFrom({ stack, engineConfig: {}, engineSecretKeys: [] }, () => require(entry) as object);
}

function inputsOf(resources: readonly CollectedResource[], kind: string, name: string): Record<string, unknown> {
  const found = resources.filter((resource) => resource.type.endsWith(`:${kind}`) && resource.name === name);
  assert.equal(found.length, 1, `${kind} ${name}`);
  return found[0]!.inputs;
}

interface PodTemplate {
  template: { spec: { nodeSelector: object; containers: Array<{ args: string[] }> } };
}

describe("the examples", () => {
  it("are those that their README lists", () => {
    const readme = readFileSync(join(EXAMPLES, "README.md"), "utf8");
    const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.equal(folders.length, 3);
    for (const { name } of folders) assert.ok(readme.includes(`[${name}](${name})`), name);
  });

  for (const [example, stack] of [
    ["smallest", "dev"],
    ["existing-cluster", "dev"],
    ["two-environments", "staging"],
    ["two-environments", "prod"],
  ] as const) {
    it(`${example} runs as stack ${stack} and breaks no policy`, async () => {
      const resources = await run(example, stack);
      const judged = resources.map(({ inputs, ...resource }) => ({ ...resource, props: inputs }));
      const broken = (await runPolicies(judged, rules)).filter(({ level }) => level === "mandatory");
      assert.deepEqual(
        broken.map(({ rule, resource, message }) => `${rule} ${resource}: ${message}`),
        [],
      );
    });
  }

  it("smallest has a cluster, its add-ons and a model", async () => {
    const resources = await run("smallest");
    inputsOf(resources, "GpuCluster", "llm-smallest");
    inputsOf(resources, "Platform", "platform");
    inputsOf(resources, "Deployment", "chat-r1");
  });

  it("existing-cluster goes by the cluster's own labels", async () => {
    const { spec } = inputsOf(await run("existing-cluster"), "Deployment", "chat-r1") as { spec: PodTemplate };
    assert.deepEqual(spec.template.spec.nodeSelector, { "cloud.google.com/gke-accelerator": "nvidia-l4" });
  });

  it("two-environments differ in what they are given", async () => {
    for (const [stack, context] of [
      ["staging", 8192],
      ["prod", 32768],
    ] as const) {
      const { spec } = inputsOf(await run("two-environments", stack), "Deployment", "chat-r1") as { spec: PodTemplate };
      assert.ok(spec.template.spec.containers[0]!.args.includes(`--max-model-len=${context}`));
    }
  });
});
