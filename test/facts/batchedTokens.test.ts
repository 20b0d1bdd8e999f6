import assert from "node:assert/strict";

import { GPUS } from "../../components/facts/gpus.js";
import { defaultBatchedTokens } from "../../components/facts/vllm/batchedTokens.js";

describe("defaultBatchedTokens", () => {
  it("goes by the GPU's memory, with the A100 excepted", () => {
    const expected = { t4: 2048, l40s: 2048, "a100-80": 2048, h100: 8192, h200: 8192, b200: 16384 } as const;
    for (const [gpu, tokens] of Object.entries(expected)) {
      assert.equal(defaultBatchedTokens(GPUS[gpu as keyof typeof expected]), tokens, gpu);
    }
  });
});
