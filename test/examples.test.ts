import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { rules } from "../policies/rules/index.js";
import { listStacks } from "../stacks/stackFile.js";
import { collectFrom, type CollectedResource } from "../tools/collect.js";
import type { StackValues } from "../tools/collect/run.js";
import { loadStack } from "../tools/loadStack.js";
import type { PolicyConfig } from "../tools/policyConfig.js";
import { readPolicyConfig, runPolicies } from "../tools/policyRunner.js";
import { judgeStack } from "../tools/preview/judge.js";
import { readStackFile } from "../tools/stackFile.js";

const EXAMPLES = resolve(__dirname, "../examples");
const PLATFORMS = join(EXAMPLES, "platforms");

/** A stack without config. */
const valuesOf = (stack: string): StackValues => ({ stack, engineConfig: {}, engineSecretKeys: [] });

/** Runs an example as Pulumi would, from its entry file. */
async function run(example: string, values = valuesOf("dev")): Promise<CollectedResource[]> {
  const folder = join(EXAMPLES, example);
  const { main } = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as { main: string };
  const entry = require.resolve(join(folder, main));
  Reflect.deleteProperty(require.cache, entry);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- once for each stack, as Pulumi does
  return collectFrom(values, () => require(entry) as object);
}

function inputsOf(resources: readonly CollectedResource[], kind: string, name: string): Record<string, unknown> {
  const found = resources.filter((resource) => resource.type.endsWith(`:${kind}`) && resource.name === name);
  assert.equal(found.length, 1, `${kind} ${name}`);
  return found[0]!.inputs;
}

interface Container {
  args: string[];
  env: Array<{ name: string; valueFrom?: object }>;
  resources: object;
}

interface PodTemplate {
  template: {
    spec: { nodeSelector: object; tolerations: object[]; containers: Container[] };
  };
}

describe("the examples", () => {
  it("are those that their README lists", () => {
    const readme = readFileSync(join(EXAMPLES, "README.md"), "utf8");
    const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    assert.equal(folders.length, 5);
    for (const { name } of folders) assert.ok(readme.includes(`[${name}](${name})`), name);
  });

  for (const [example, stack] of [
    ["smallest", "dev"],
    ["existing-cluster", "dev"],
    ["two-environments", "staging"],
    ["two-environments", "prod"],
  ] as const) {
    it(`${example} runs as stack ${stack} and breaks no policy`, async () => {
      const resources = await run(example, valuesOf(stack));
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
      const { spec } = inputsOf(await run("two-environments", valuesOf(stack)), "Deployment", "chat-r1") as {
        spec: PodTemplate;
      };
      assert.ok(spec.template.spec.containers[0]!.args.includes(`--max-model-len=${context}`));
    }
  });
});

describe("the stack of examples/rollout", () => {
  it("breaks no policy at the levels of staging, and scales both releases by the model's load", async () => {
    const levels = readPolicyConfig(resolve(__dirname, "../policies/config/staging.json"));
    const loaded = loadStack(join(EXAMPLES, "rollout"), "staging");
    assert.deepEqual(loaded.warnings, []);
    const { resources, violations } = await judgeStack(loaded, levels);
    assert.deepEqual(violations, []);
    for (const [release, share] of [
      ["r1", "1"],
      ["r2", "0.25"],
    ] as const) {
      const { spec } = inputsOf(resources, "ScaledObject", `chat-${release}`) as {
        spec: { triggers: { name: string; metadata: { query: string } }[] };
      };
      const load = spec.triggers.find(({ name }) => name === "route-in-flight")!;
      assert.ok(load.metadata.query.startsWith(`${share} * (sum(`), load.metadata.query);
    }
  });
});

describe("the stacks of examples/platforms", () => {
  // They begin without a cache, which docs/cache.md adds.
  const levels: PolicyConfig = {
    ...readPolicyConfig(resolve(__dirname, "../policies/config/prod.json")),
    "weights-cached": "disabled",
  };
  const preview = async (stack: string): ReturnType<typeof judgeStack> =>
    judgeStack(loadStack(PLATFORMS, stack), levels);
  const podOf = async (stack: string, deployment: string): Promise<PodTemplate["template"]["spec"]> => {
    const { spec } = inputsOf((await preview(stack)).resources, "Deployment", deployment) as { spec: PodTemplate };
    return spec.template.spec;
  };

  it("are those that the guides explain, one each", () => {
    const guides = readdirSync(resolve(__dirname, "../docs/guides"));
    assert.deepEqual(guides.map((page) => page.replace(/\.md$/, "")).sort(), listStacks(PLATFORMS).sort());
  });

  for (const stack of listStacks(PLATFORMS)) {
    it(`${stack} breaks no policy at the levels of prod, and warns of nothing`, async () => {
      assert.deepEqual(loadStack(PLATFORMS, stack).warnings, []);
      assert.deepEqual((await preview(stack)).violations, []);
    });
  }

  it("run from the entry beside them, which is this repository's program", async () => {
    const { engineConfig, engineSecretKeys } = readStackFile(PLATFORMS, "aks");
    const resources = await run("platforms", { stack: "aks", engineConfig, engineSecretKeys });
    inputsOf(resources, "Deployment", "chat-r1");
  });

  it("aks: pods find their pool by its label and tolerate its taints, a spot pool's own among them", async () => {
    const { nodeSelector, tolerations } = await podOf("aks", "trial-r1");
    assert.deepEqual(nodeSelector, {
      "kubernetes.azure.com/agentpool": "gpuspot",
      "kubernetes.azure.com/scalesetpriority": "spot",
    });
    assert.deepEqual(tolerations, [
      { key: "sku", operator: "Equal", value: "gpu", effect: "NoSchedule" },
      { key: "kubernetes.azure.com/scalesetpriority", operator: "Equal", value: "spot", effect: "NoSchedule" },
    ]);
  });

  it("air-gapped: pods reach DNS and the proxy's port, and nothing else", async () => {
    const { spec } = inputsOf((await preview("air-gapped")).resources, "NetworkPolicy", "chat-r1") as {
      spec: { egress: Array<{ to: object[]; ports: Array<{ port: number }> }> };
    };
    const others = spec.egress.filter(({ ports }) => ports.some(({ port }) => port !== 53));
    assert.deepEqual(others, [
      { to: [{ ipBlock: { cidr: "10.20.0.15/32" } }], ports: [{ port: 3128, protocol: "TCP" }] },
    ]);
  });

  it("private-model: the token is that of the Secret which is there, and the template the contract's", async () => {
    const { resources } = await preview("private-model");
    assert.ok(!resources.some(({ type, name }) => type.endsWith(":Secret") && name.includes("hub")));
    const { containers } = await podOf("private-model", "support-r1");
    const { args, env } = containers[0]!;
    assert.deepEqual(env.find(({ name }) => name === "HF_TOKEN")?.valueFrom, {
      secretKeyRef: { name: "hub-token", key: "token" },
    });
    assert.ok(args.some((argument) => argument.startsWith("--chat-template=")));
  });

  it("on-premises: a slice is asked for by its own resource", async () => {
    const { containers } = await podOf("on-premises", "embed-r1");
    const { limits } = containers[0]!.resources as { limits: Record<string, unknown> };
    assert.deepEqual(
      Object.entries(limits).filter(([name]) => name.startsWith("nvidia.com/")),
      [["nvidia.com/mig-3g.40gb", "1"]],
    );
  });
});
