import assert from "node:assert/strict";

import { oneAutoscaler } from "../../../../policies/rules/scaling/oneAutoscaler.js";
import type { PolicyInput } from "../../../../tools/policyRunner.js";
import { type Json, deployment, horizontalAutoscaler, messages, resource, scaledObject } from "../../fixtures.js";

const named = (input: PolicyInput, name: string, annotations?: { [key: string]: Json }): PolicyInput => ({
  ...input,
  props: { ...input.props, metadata: { name, namespace: "models", annotations } },
});
const vertical = resource("kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler", "v", {
  metadata: { name: "chat", namespace: "models" },
  spec: { targetRef: { kind: "Deployment", name: "chat" } },
});
const onCpu = horizontalAutoscaler({ metrics: [{ type: "Resource", resource: { name: "cpu" } }] });
const ofWeb = { scaleTargetRef: { kind: "Deployment", name: "web" } };
const web = resource("kubernetes:apps/v1:Deployment", "web", {
  metadata: { namespace: "models" },
  spec: { template: { spec: { containers: [{ name: "web", image: "nginx:1.29.1" }] } } },
});

describe("one-autoscaler", () => {
  it("names both", async () => {
    assert.deepEqual(await messages(oneAutoscaler, [deployment(), scaledObject(), horizontalAutoscaler()]), [
      'HorizontalPodAutoscaler "chat" scales what ScaledObject "chat" scales: keep one of them, with all metrics',
    ]);
  });

  const refused: Array<[string, PolicyInput[]]> = [
    ["two HorizontalPodAutoscalers", [horizontalAutoscaler(), named(horizontalAutoscaler(), "chat-2")]],
    ["two ScaledObjects", [scaledObject(), named(scaledObject(), "chat-2")]],
    ["one of requests and one of the CPU that the other scales by", [onCpu, vertical]],
  ];
  for (const [what, scalers] of refused) {
    it(`refuses ${what}`, async () =>
      assert.equal((await messages(oneAutoscaler, [deployment(), ...scalers])).length, 1));
  }

  const accepted: Array<[string, PolicyInput[]]> = [
    ["one", [scaledObject()]],
    ["one of requests beside one on other metrics", [horizontalAutoscaler(), vertical]],
    ["a paused one", [horizontalAutoscaler(), named(scaledObject(), "chat", { "autoscaling.keda.sh/paused": "true" })]],
    [
      "one that the other takes over",
      [horizontalAutoscaler(), scaledObject({ advanced: { horizontalPodAutoscalerConfig: { name: "chat" } } })],
    ],
    ["those of different targets", [scaledObject(), named(horizontalAutoscaler(ofWeb), "web")]],
    ["those of other workloads", [web, scaledObject(ofWeb), horizontalAutoscaler(ofWeb)]],
    [
      "the same one in a patch",
      [
        horizontalAutoscaler(),
        { ...horizontalAutoscaler(), type: "kubernetes:autoscaling/v2:HorizontalPodAutoscalerPatch" },
      ],
    ],
  ];
  for (const [what, scalers] of accepted) {
    it(`accepts ${what}`, async () => assert.deepEqual(await messages(oneAutoscaler, [deployment(), ...scalers]), []));
  }
});
