import assert from "node:assert/strict";

import { checkEncoder } from "../../../components/checks/memory/encoder.js";
import { GPUS } from "../../../components/facts/gpus.js";
import { MODELS } from "../../../components/facts/models/catalogue.js";
import type { FitInput } from "../../../components/fit/input.js";

const SEEING: FitInput = {
  model: MODELS["Qwen/Qwen2.5-VL-7B-Instruct"]!,
  ...{ precision: "bf16", gpu: GPUS.h100, gpus: 1, memoryUtilization: 0.9 },
  ...{ context: 128_000, sequences: 256, batchedTokens: 8192, kvElementBytes: 2 },
};
const problems = (changes: Partial<FitInput>): string[] =>
  checkEncoder({ ...SEEING, ...changes }, "flags").map(
    ({ path, message, severity }) => `${severity} ${path}: ${message}`,
  );

describe("images and videos that are not limited", () => {
  it("are warned of with what they cost", () => {
    const [line = "", ...others] = problems({});
    assert.deepEqual(others, []);
    assert.match(
      line,
      /^warning flags\.limit-mm-per-prompt: does not limit images and videos, so .* keeps \d\d\.\d GiB of each GPU/,
    );
  });

  it("are those that have no limit", () => {
    assert.match(problems({ items: { images: 1 } })[0]!, /does not limit videos,/);
    assert.deepEqual(problems({ items: { images: 1, videos: 1 } }), []);
  });

  it("are no matter for a model without a tower, nor where they cost little", () => {
    assert.deepEqual(problems({ model: MODELS["Qwen/Qwen3-8B"]! }), []);
    assert.deepEqual(
      problems({ items: { videos: 0 }, batchedTokens: 256, model: MODELS["google/gemma-3-12b-it"]! }),
      [],
    );
  });
});
