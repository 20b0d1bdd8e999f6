import assert from "node:assert/strict";

import { SERVING_KINDS } from "../../../../components/facts/servingKinds.js";
import { podsReadable } from "../../../../policies/rules/release/podsReadable.js";
import { type Json, deployment, messages, resource } from "../../fixtures.js";

type Props = { [key: string]: Json };
const of = (type: string, props: Props) => messages(podsReadable, resource(`kubernetes:${type}`, "r", props));

describe("pods-readable", () => {
  it("accepts pods that a program states, in kinds of others, too", async () => {
    const spec = { containers: [{ name: "a", image: "i" }] };
    assert.deepEqual(await messages(podsReadable, deployment()), []);
    assert.deepEqual(await of("serving.kserve.io/v1beta1:InferenceService", { spec: { predictor: spec } }), []);
    assert.deepEqual(await of("kaito.sh/v1beta1:Workspace", { inference: { template: { spec } } }), []);
    assert.deepEqual(await of("helm.sh/v3:Release", { chart: "keda" }), []);
  });

  for (const { group, kind, controller, engine } of SERVING_KINDS) {
    it(`says that it cannot read ${kind} of ${group}`, async () => {
      const spec = engine?.isDefault === false ? { predictor: { model: { modelFormat: { name: "vLLM" } } } } : { a: 1 };
      assert.deepEqual(await of(`${group}/v1:${kind}`, { spec }), [
        `not judged: ${controller} makes the pods of this ${kind}, which states a part of them alone`,
      ]);
    });
  }

  const inference = (model: Json) => ["serving.kserve.io/v1beta1:InferenceService", { predictor: { model } }] as const;
  const huggingface = { modelFormat: { name: "huggingface" }, storageUri: "hf://m" };
  const vllm: ReadonlyArray<readonly [string, Props]> = [
    inference(huggingface),
    inference({ modelFormat: { name: "custom" }, runtime: "kserve-vllmserver" }),
    inference({ modelFormat: { name: "custom" }, args: ["--max-model-len=1024"] }),
    ["kubeai.org/v1:Model", { engine: "VLLM" }],
    ["nvidia.com/v1alpha1:DynamoGraphDeployment", { backendFramework: "vllm" }],
    ["model.aibrix.ai/v1alpha1:ModelClaim", { engine: "vllm" }],
  ];
  for (const [type, spec] of vllm) {
    it(`takes ${type} with ${JSON.stringify(spec)} for vLLM`, async () =>
      assert.equal((await of(type, { spec })).length, 1));
  }

  const others: ReadonlyArray<readonly [string, Props]> = [
    inference({ modelFormat: { name: "sklearn" }, storageUri: "gs://m" }),
    ["serving.kserve.io/v1beta1:InferenceService", { predictor: { triton: { storageUri: "gs://m" } } }],
    ["kubeai.org/v1:Model", { engine: "OLlama", args: ["--x"] }],
    ["nvidia.com/v1alpha1:DynamoGraphDeployment", { backendFramework: "sglang" }],
    ["model.aibrix.ai/v1alpha1:ModelClaim", { engine: "sglang" }],
    ["inference.llmaz.io/v1alpha1:Playground", { backendRuntimeConfig: { backendName: "llamacpp" } }],
  ];
  for (const [type, spec] of others) {
    it(`passes over ${type} with ${JSON.stringify(spec)}`, async () => assert.deepEqual(await of(type, { spec }), []));
  }

  describe("of a RayService", () => {
    const spec = (image: string, serveConfigV2: string) => {
      const template = { spec: { containers: [{ name: "ray", image }] } };
      return { serveConfigV2, rayClusterConfig: { workerGroupSpecs: [{ template }] } };
    };
    const byCode = "applications: [{ import_path: vllm_serve:deployment }]";
    const byConfig = "applications: [{ args: { llm_configs: [{ model_loading_config: { model_id: m } }] } }]";

    it("says that it cannot read code that starts vLLM", async () => {
      for (const given of [spec("rayproject/ray:2.52.0", byCode), spec("example.org/ray-vllm:1", "")]) {
        assert.deepEqual(await of("ray.io/v1:RayService", { spec: given }), [
          "not judged: code that Ray Serve runs starts vLLM, with arguments that stand in no manifest",
        ]);
      }
    });

    it("accepts engines that the Serve config states, and applications without vLLM", async () => {
      const given = [spec("example.org/ray-vllm:1", byConfig), spec("rayproject/ray:2.52.0", "applications: []")];
      for (const stated of given) assert.deepEqual(await of("ray.io/v1:RayService", { spec: stated }), []);
    });
  });

  for (const chart of [
    "vllm-stack",
    "oci://ghcr.io/llm-d/llm-d-modelservice",
    "https://example.org/vllm-stack-0.1.7.tgz",
    "vllm/vllm-stack",
    "oci://ghcr.io/opea-project/charts/vllm:1.2.3",
  ]) {
    it(`says that it cannot read the chart ${chart}`, async () => {
      assert.deepEqual(await of("helm.sh/v3:Release", { chart }), [
        `not judged: chart ${chart} makes the pods, of which its values show a part alone`,
      ]);
    });
  }

  it("says so of every kind that installs charts, and of no other chart", async () => {
    const message = "not judged: chart vllm-stack makes the pods, of which its values show a part alone";
    const source = { chart: "vllm-stack", targetRevision: "0.1.7" };
    assert.deepEqual(await of("argoproj.io/v1alpha1:Application", { spec: { source } }), [message]);
    const chart = { spec: { chart: "vllm-stack", version: "0.1.7" } };
    assert.deepEqual(await of("helm.toolkit.fluxcd.io/v2:HelmRelease", { spec: { chart } }), [message]);
    for (const other of ["aibrix", "kubeai", "vllm-router", "my-vllm-dashboards", "kserve-crd"]) {
      assert.deepEqual(await of("helm.sh/v3:Release", { chart: other }), [], other);
    }
  });
});
