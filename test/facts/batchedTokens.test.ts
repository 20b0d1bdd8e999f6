import assert from "node:assert/strict";

import { GPU_TYPES, GPUS } from "../../components/facts/gpus.js";
import { defaultBatchedTokens } from "../../components/facts/vllm/batchedTokens.js";

describe("defaultBatchedTokens", () => {
  it("goes by the GPU's memory, with the A100 excepted", () => {
    assert.deepEqual(Object.fromEntries(GPU_TYPES.map((gpu) => [gpu, defaultBatchedTokens(GPUS[gpu])])), {
      ...{ t4: 2048, l4: 2048, a10g: 2048, "a100-40": 2048, l40s: 2048, "a100-80": 2048 },
      ...{ h100: 8192, "rtx-pro-6000": 8192, h200: 8192, b200: 16384, b300: 16384 },
    });
    assert.equal(Object.keys(GPUS).length, 11);
  });
});
