import assert from "node:assert/strict";

import { noCpuAutoscaling } from "../../../../policies/rules/scaling/noCpuAutoscaling.js";
import { deployment, horizontalAutoscaler, messages, resource, scaledObject } from "../../fixtures.js";

const web = resource("kubernetes:apps/v1:Deployment", "web", {
  metadata: { namespace: "models" },
  spec: { template: { spec: { containers: [{ name: "web", image: "nginx:1.29.1" }] } } },
});

describe("no-cpu-autoscaling", () => {
  it("accepts prometheus triggers and pod metrics", async () => {
    assert.deepEqual(await messages(noCpuAutoscaling, [deployment(), scaledObject(), horizontalAutoscaler()]), []);
  });

  it("lets other workloads scale on CPU", async () => {
    const scaler = scaledObject({ scaleTargetRef: { name: "web" } }, { type: "cpu" });
    assert.deepEqual(await messages(noCpuAutoscaling, [deployment(), web, scaler]), []);
    assert.deepEqual(
      await messages(noCpuAutoscaling, [
        deployment(),
        scaledObject({ scaleTargetRef: { name: "x" } }, { type: "cpu" }),
      ]),
      [],
    );
  });

  for (const type of ["cpu", "memory"]) {
    it(`refuses a ${type} trigger`, async () => {
      assert.deepEqual(await messages(noCpuAutoscaling, [deployment(), scaledObject({}, { type })]), [
        `ScaledObject "chat" scales a runtime on ${type}: scale on vLLM's requests in flight instead`,
      ]);
    });
  }

  it("refuses a HorizontalPodAutoscaler on resources, its default included", async () => {
    const resourceMetric = { metrics: [{ type: "Resource", resource: { name: "memory" } }] };
    const containerMetric = { metrics: [{ type: "ContainerResource", containerResource: { name: "cpu" } }] };
    for (const [spec, metric] of [
      [resourceMetric, "memory"],
      [containerMetric, "cpu"],
      [{ metrics: undefined }, "cpu"],
    ] as const) {
      assert.deepEqual(await messages(noCpuAutoscaling, [deployment(), horizontalAutoscaler(spec)]), [
        `HorizontalPodAutoscaler "chat" scales a runtime on ${metric}: scale on vLLM's requests in flight instead`,
      ]);
    }
  });

  it("judges by its own label a scaler whose target is elsewhere", async () => {
    const labelled = resource("kubernetes:keda.sh/v1alpha1:ScaledObject", "chat", {
      metadata: { labels: { "app.kubernetes.io/name": "vllm" } },
      spec: { scaleTargetRef: { name: "chat" }, triggers: [{ type: "cpu" }] },
    });
    assert.equal((await messages(noCpuAutoscaling, labelled)).length, 1);
  });
});
