/** The stack and the plugin build the same of one config: they differ in what the stack alone makes, and in names. */
import assert from "node:assert/strict";

import { VllmModels } from "../../components/plugin/index.js";
import { parseStackConfig } from "../../stacks/config.js";
import { deploy } from "../../stacks/program.js";
import { modelConfig, releaseConfig } from "../serving/fixtures.js";
import { type Registry, registered } from "../serving/registered.js";
import { stackValues, withGroup } from "../stacks/fixtures.js";

const MODELS = {
  chat: modelConfig({ autoscaling: { min: 1, max: 2 }, warmSpares: 1, releases: { r2: releaseConfig() } }),
  llama: modelConfig({ releases: { r1: { model: { id: "meta-llama/Llama-3.1-8B-Instruct" } } } }),
};
const MONITORING = {
  url: "http://prometheus:9090",
  namespace: "observability",
  podMonitorLabels: { release: "prometheus" },
};
const ACCESS = { clientNamespaces: ["web"], egress: [{ cidr: "10.9.0.0/16", ports: [443], reason: "a mirror" }] };
const GROUPS = withGroup({ max: 9, nodeSelector: { pool: "gpu" }, tolerations: [{ key: "gpu", operator: "Exists" }] });

/** Inputs by kind and name in Kubernetes, of all that models consist of. */
function objectsOf(registry: Registry): Record<string, unknown> {
  const objects = registry.all.filter(
    ({ type, inputs }) => type.startsWith("kubernetes:") && inputs["kind"] !== "Namespace",
  );
  return Object.fromEntries(
    objects.map(({ inputs }) => {
      const { name } = inputs["metadata"] as { name: string };
      return [`${String(inputs["kind"])} ${name}`, inputs];
    }),
  );
}

/** Names that a stack fixes and a component takes from its own. */
function renamed(objects: Record<string, unknown>): unknown {
  return JSON.parse(JSON.stringify(objects).replaceAll("llm-hugging-face", "hugging-face")) as unknown;
}

describe("the plugin and the stack", () => {
  it("register the same objects for the same config, with the same inputs", async () => {
    const values = stackValues({
      ...GROUPS,
      namespace: "llm",
      platform: { prometheus: MONITORING },
      access: ACCESS,
      huggingFaceToken: "hf_x",
      models: MODELS,
    });
    const { config, problems } = parseStackConfig(values, ["huggingFaceToken"]);
    assert.ok(config !== undefined, JSON.stringify(problems));
    const stack = await registered(() => deploy(config, "shop"));
    const { gpuNodes } = (values["cluster"] as { existing: { gpuNodes: object } }).existing;
    const plugin = await registered(
      () =>
        new VllmModels("llm", {
          models: values["models"],
          namespace: "llm",
          partOf: "shop",
          prometheusUrl: MONITORING.url,
          monitoringNamespace: MONITORING.namespace,
          podMonitorLabels: MONITORING.podMonitorLabels,
          gpuNodes,
          huggingFaceToken: "hf_x",
          access: ACCESS,
        }),
    );
    const expected = objectsOf(stack);
    assert.ok(Object.keys(expected).length > 25, Object.keys(expected).join("\n"));
    assert.deepEqual(renamed(objectsOf(plugin)), expected);
  });
});
