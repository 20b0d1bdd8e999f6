import assert from "node:assert/strict";

import { karpenterLimits } from "../../../../policies/rules/nodes/karpenterLimits.js";
import { nodePool } from "../../awsFixtures.js";
import { messages } from "../../fixtures.js";

const FIX = `limit the pool's GPUs, such as {"nvidia.com/gpu": 8}`;

describe("karpenter-limits", () => {
  it("accepts a limit on GPUs, nodes, processors or memory, and a fixed number of nodes", async () => {
    const limits = [{ "nvidia.com/gpu": "8" }, { nodes: 2 }, { cpu: 96, memory: "768Gi" }];
    const accepted = limits.map((limits) => nodePool({ limits }));
    assert.deepEqual(await messages(karpenterLimits, [...accepted, nodePool({ limits: undefined, replicas: 2 })]), []);
  });

  it("leaves pools without GPUs alone", async () => {
    const requirements = [{ key: "karpenter.k8s.aws/instance-category", operator: "In", values: ["m"] }];
    assert.deepEqual(
      await messages(karpenterLimits, nodePool({ limits: undefined }, { requirements, taints: [] })),
      [],
    );
  });

  it("refuses a pool without limits", async () => {
    const refused = [undefined, {}].map((limits) => nodePool({ limits }));
    assert.deepEqual(await messages(karpenterLimits, refused), Array(2).fill(`spec.limits is not set: ${FIX}`));
  });

  it("refuses limits that bound no GPU", async () => {
    assert.deepEqual(await messages(karpenterLimits, nodePool({ limits: { "amd.com/gpu": 4 } })), [
      `spec.limits limits only "amd.com/gpu": ${FIX}`,
    ]);
  });

  it("knows a pool of GPU nodes by its taint where no requirement tells", async () => {
    const pool = nodePool({ limits: undefined }, { requirements: [] });
    assert.deepEqual(await messages(karpenterLimits, pool), [`spec.limits is not set: ${FIX}`]);
  });
});
