import assert from "node:assert/strict";

import { gpuPlacement } from "../../../../policies/rules/resources/gpuPlacement.js";
import { type Json, deployment, messages, plainPod } from "../../fixtures.js";

const required = (expression: Json) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [expression] }] },
  },
});

describe("gpu-placement", () => {
  it("accepts a node selector or required affinity, and any form of toleration", async () => {
    const affinity = required({ key: "accelerator", operator: "In", values: ["l4", "l40s"] });
    const tolerations = [{ key: "nvidia.com/gpu", operator: "Equal", value: "present", effect: "NoSchedule" }];
    const accepted = [
      deployment(),
      deployment({ pod: { nodeSelector: undefined, affinity, tolerations } }),
      deployment({ pod: { tolerations: [{ operator: "Exists" }] } }),
      plainPod(),
    ];
    assert.deepEqual(await messages(gpuPlacement, accepted), []);
  });

  it("refuses a pod that takes any node", async () => {
    const message = "the pod asks for GPUs and for no kind of node: add a nodeSelector such as accelerator: l4";
    assert.deepEqual(await messages(gpuPlacement, deployment({ pod: { nodeSelector: {} } })), [message]);
  });

  it("refuses a pod without toleration of its GPUs' taint", async () => {
    for (const tolerations of [
      [],
      [{ key: "nvidia.com/gpu", operator: "Exists", effect: "NoExecute" }],
      [{ key: "other" }],
    ]) {
      assert.deepEqual(await messages(gpuPlacement, deployment({ pod: { tolerations } })), [
        "the pod asks for GPUs and does not tolerate the taint nvidia.com/gpu: add {key: nvidia.com/gpu, operator: Exists}",
      ]);
    }
    const amd = deployment({ container: { resources: { limits: { "amd.com/gpu": 1 } } } });
    assert.match((await messages(gpuPlacement, amd))[0] ?? "", /taint amd\.com\/gpu/);
  });
});
