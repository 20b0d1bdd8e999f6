import assert from "node:assert/strict";

import { gpuMemoryUtilization } from "../../../../policies/rules/resources/gpuMemoryUtilization.js";
import { deployment, messages } from "../../fixtures.js";

describe("gpu-memory-utilization", () => {
  it("accepts the default and shares up to the limit", async () => {
    const atLimit = deployment({ extraArgs: ["--gpu-memory-utilization=0.95"] });
    assert.deepEqual(await messages(gpuMemoryUtilization, [deployment(), atLimit]), []);
  });

  it("refuses a larger share, by either name", async () => {
    for (const args of [
      ["--gpu-memory-utilization", "0.98"],
      ["--device-memory-utilization=0.98"],
      ["--gpu_memory_utilization=0.98"],
    ]) {
      assert.deepEqual(await messages(gpuMemoryUtilization, deployment({ extraArgs: args })), [
        'container "vllm": --gpu-memory-utilization is 0.98: use at most 0.95',
      ]);
    }
  });

  it("judges the last of several, as vLLM does", async () => {
    const twice = deployment({ extraArgs: ["--gpu-memory-utilization=0.99", "--gpu-memory-utilization=0.9"] });
    assert.deepEqual(await messages(gpuMemoryUtilization, twice), []);
  });

  it("takes the limit of its setting", async () => {
    const found = await messages(gpuMemoryUtilization, deployment({ extraArgs: ["--gpu-memory-utilization=0.9"] }), {
      max: 0.85,
    });
    assert.deepEqual(found, ['container "vllm": --gpu-memory-utilization is 0.9: use at most 0.85']);
  });
});
