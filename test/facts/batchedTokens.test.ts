import assert from "node:assert/strict";

import { type Gpu, GPUS, type GpuType } from "../../components/facts/gpus.js";
import { MODELS } from "../../components/facts/models/catalogue.js";
import {
  defaultBatchedTokens,
  defaultBatchedTokensButGb10,
  stepDefaults,
  wholeItemTokens,
} from "../../components/facts/vllm/batchedTokens.js";

const GB10: Gpu = { type: "gb10", name: "GB10", cudaGiB: 119, computeCapability: 12.1 };

describe("defaultBatchedTokens", () => {
  it("goes by the GPU's memory, with the A100 excepted", () => {
    const expected = { t4: 2048, l40s: 2048, "a100-80": 2048, h100: 8192, h200: 8192, b200: 16384 } as const;
    for (const [gpu, tokens] of Object.entries(expected)) {
      assert.equal(defaultBatchedTokens(GPUS[gpu as keyof typeof expected]), tokens, gpu);
    }
  });

  it("excepts the GB10 since 0.33", () => {
    assert.deepEqual([defaultBatchedTokens(GB10), defaultBatchedTokensButGb10(GB10)], [8192, 2048]);
  });
});

describe("stepDefaults", () => {
  const cases: [version: string, gpu: GpuType, batchedTokens: number, sequences: number][] = [
    ["0.8.5", "l4", 2048, 256],
    ["0.8.5", "a100-80", 8192, 1024],
    ["0.9.2", "a100-80", 2048, 256],
    ["0.9.2", "h100", 8192, 1024],
    ["0.27.1", "b200", 8192, 1024],
    ["0.28.0", "b200", 16384, 1024],
    ["0.19.1rc1", "h200", 8192, 1024],
    ["1.0.0", "b300", 16384, 1024],
    ["0.33.0", "a100-40", 2048, 256],
  ];
  for (const [version, gpu, batchedTokens, sequences] of cases) {
    it(`of ${version} are ${batchedTokens} tokens and ${sequences} requests on ${gpu}`, () => {
      assert.deepEqual(stepDefaults(GPUS[gpu], version), { batchedTokens, sequences });
    });
  }
});

describe("wholeItemTokens", () => {
  it("are a video's, of a model whose images see all of themselves, since 0.22", () => {
    const tokens = (id: string, version = "0.33.0"): number => wholeItemTokens(MODELS[id]!, version);
    assert.equal(tokens("google/gemma-4-31B-it"), 2496);
    assert.equal(tokens("google/gemma-4-31B-it", "0.20.2"), 0);
    assert.equal(tokens("google/gemma-4-E4B-it"), 0);
    assert.equal(tokens("Qwen/Qwen3-8B"), 0);
  });
});
