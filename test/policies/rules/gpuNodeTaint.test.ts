import assert from "node:assert/strict";

import { gpuNodeTaint } from "../../../policies/rules/gpuNodeTaint.js";
import { GPU_TAINT, managedNodeGroup, nodeGroup } from "../awsFixtures.js";
import { messages } from "../fixtures.js";

const NONE = 'no taint nvidia.com/gpu: add {key: "nvidia.com/gpu", value: "true", effect: "NO_SCHEDULE"}';

describe("gpu-node-taint", () => {
  it("accepts the taint of any value, among others", async () => {
    const taints = [
      { key: "team", value: "a", effect: "NO_EXECUTE" },
      { ...GPU_TAINT, value: undefined },
    ];
    assert.deepEqual(await messages(gpuNodeTaint, [nodeGroup({ taints }), managedNodeGroup({ taints })]), []);
  });

  it("leaves groups without GPUs alone", async () => {
    assert.deepEqual(await messages(gpuNodeTaint, nodeGroup({ instanceTypes: ["m7i.large"], taints: [] })), []);
  });

  it("refuses a GPU group without the taint", async () => {
    for (const taints of [undefined, [], [{ ...GPU_TAINT, key: "gpu" }]]) {
      assert.deepEqual(await messages(gpuNodeTaint, [nodeGroup({ taints }), managedNodeGroup({ taints })]), [
        NONE,
        NONE,
      ]);
    }
  });

  it("knows a GPU group by its image where the launch template names the instance type", async () => {
    assert.deepEqual(await messages(gpuNodeTaint, nodeGroup({ instanceTypes: undefined, taints: [] })), [NONE]);
  });

  for (const effect of ["PREFER_NO_SCHEDULE", "NO_EXECUTE"]) {
    it(`refuses effect ${effect}`, async () => {
      assert.deepEqual(await messages(gpuNodeTaint, nodeGroup({ taints: [{ ...GPU_TAINT, effect }] })), [
        `the effect of the taint nvidia.com/gpu is "${effect}": use "NO_SCHEDULE"`,
      ]);
    });
  }

  it("accepts another effect beside the one wanted", async () => {
    const taints = [{ ...GPU_TAINT, effect: "NO_EXECUTE" }, GPU_TAINT];
    assert.deepEqual(await messages(gpuNodeTaint, nodeGroup({ taints })), []);
  });
});
