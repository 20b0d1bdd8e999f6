import assert from "node:assert/strict";

import { scaleDownWindow } from "../../../../policies/rules/scaling/scaleDownWindow.js";
import type { PolicyInput } from "../../../../tools/policyRunner.js";
import {
  type Json,
  deployment,
  horizontalAutoscaler,
  IMAGE,
  messages,
  resource,
  scaledObject,
} from "../../fixtures.js";

const behavior = (seconds: number) => ({ scaleDown: { stabilizationWindowSeconds: seconds } });
const keda = (seconds: number) => ({ advanced: { horizontalPodAutoscalerConfig: { behavior: behavior(seconds) } } });

describe("scale-down-window", () => {
  it("accepts long windows and the defaults of 300 s", async () => {
    const accepted = [deployment(), scaledObject(), scaledObject({ advanced: undefined }), horizontalAutoscaler()];
    assert.deepEqual(await messages(scaleDownWindow, accepted), []);
  });

  it("refuses a short stabilization window", async () => {
    assert.deepEqual(await messages(scaleDownWindow, [deployment(), scaledObject(keda(60))]), [
      'ScaledObject "chat": spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds is 60 s: use at least 300 s',
    ]);
    assert.deepEqual(await messages(scaleDownWindow, [deployment(), horizontalAutoscaler({ behavior: behavior(0) })]), [
      'HorizontalPodAutoscaler "chat": spec.behavior.scaleDown.stabilizationWindowSeconds is 0 s: use at least 300 s',
    ]);
  });

  it("refuses a short cooldown before zero", async () => {
    assert.deepEqual(await messages(scaleDownWindow, [deployment(), scaledObject({ cooldownPeriod: 30 })]), [
      'ScaledObject "chat": spec.cooldownPeriod is 30 s: use at least 300 s',
    ]);
  });

  it("takes the window of its setting", async () => {
    const short = [deployment(), scaledObject({ ...keda(60), cooldownPeriod: 60 })];
    assert.deepEqual(await messages(scaleDownWindow, short, { seconds: 60 }), []);
    const found = await messages(scaleDownWindow, [deployment(), scaledObject()], { seconds: 900 });
    assert.equal(found.length, 2);
  });

  const runtime = { containers: [{ name: "vllm", image: IMAGE, command: ["vllm", "serve", "Qwen/Qwen3-8B"] }] };
  const knative = (annotations: { [key: string]: Json }) =>
    resource("kubernetes:serving.knative.dev/v1:Service", "kn", {
      spec: { template: { metadata: { annotations }, spec: runtime } },
    });
  const ray = (config: string) =>
    resource("kubernetes:ray.io/v1:RayService", "ray", {
      spec: { serveConfigV2: config, rayClusterConfig: { headGroupSpec: { template: { spec: runtime } } } },
    });
  const aibrix = (delay: string) =>
    resource("kubernetes:autoscaling.aibrix.ai/v1alpha1:PodAutoscaler", "p", {
      metadata: { namespace: "models", annotations: { "kpa.autoscaling.aibrix.ai/scale-down-delay": delay } },
      spec: { scaleTargetRef: { kind: "Deployment", name: "chat" } },
    });
  const kserve = (seconds: number) =>
    resource("kubernetes:serving.kserve.io/v1beta1:InferenceService", "isvc", {
      spec: { predictor: { ...runtime, autoScaling: { behavior: behavior(seconds) } } },
    });
  const http = resource("kubernetes:http.keda.sh/v1alpha1:HTTPScaledObject", "h", {
    metadata: { namespace: "models" },
    spec: { scaleTargetRef: { name: "chat" }, scaledownPeriod: 30 },
  });

  const refused: Array<[string, PolicyInput]> = [
    ["Knative's window", knative({ "autoscaling.knative.dev/window": "60s" })],
    [
      "Ray Serve's delay",
      ray(
        "applications:\n- args: {llm_configs: [{model_loading_config: {model_id: m}}]}\n" +
          "  deployments:\n  - autoscaling_config: {max_replicas: 4, downscale_delay_s: 60}\n",
      ),
    ],
    [
      "Ray Serve's delay of a model",
      ray(
        "applications:\n- args: {llm_configs: [{model_loading_config: {model_id: m}, deployment_config: " +
          "{autoscaling_config: {max_replicas: 4, downscale_delay_s: 60}}}]}\n",
      ),
    ],
    ["AIBrix' delay", aibrix("3m")],
    ["KServe's behavior", kserve(30)],
    ["the period of KEDA's HTTP add-on", http],
    ["a window in text", horizontalAutoscaler({ behavior: { scaleDown: { stabilizationWindowSeconds: "0" } } })],
  ];
  for (const [what, scaler] of refused) {
    it(`refuses ${what}`, async () =>
      assert.equal((await messages(scaleDownWindow, [deployment(), scaler])).length, 1));
  }

  const accepted: Array<[string, PolicyInput]> = [
    [
      "Knative's longer delay",
      knative({ "autoscaling.knative.dev/window": "60s", "autoscaling.knative.dev/scale-down-delay": "15m" }),
    ],
    ["Knative without a word", knative({})],
    [
      "Ray Serve's default, and a fixed number",
      ray(
        "applications:\n- args: {llm_configs: [{model_loading_config: {model_id: m}}]}\n" +
          "  deployments:\n  - autoscaling_config: {min_replicas: 2, max_replicas: 2, downscale_delay_s: 1}\n",
      ),
    ],
    ["a config of Ray Serve that is no YAML", ray("a: [")],
    ["AIBrix' long delay", aibrix("1h30m")],
    [
      "no scaling down",
      horizontalAutoscaler({ behavior: { scaleDown: { selectPolicy: "Disabled", stabilizationWindowSeconds: 0 } } }),
    ],
    ["a range of one", horizontalAutoscaler({ minReplicas: 2, maxReplicas: 2, behavior: behavior(0) })],
  ];
  for (const [what, scaler] of accepted) {
    it(`accepts ${what}`, async () => assert.deepEqual(await messages(scaleDownWindow, [deployment(), scaler]), []));
  }
});
