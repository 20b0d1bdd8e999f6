import assert from "node:assert/strict";

import { MODELS } from "../../components/facts/models/catalogue.js";
import { weightBytes } from "../../components/fit/weights.js";

const QWEN = MODELS["Qwen/Qwen3-8B"]!;
/** Input and output embeddings of Qwen3-8B, which stay in 16 bits. */
const EMBEDDINGS = 2 * 151936 * 4096;

describe("weightBytes", () => {
  it("counts the scales of 4-bit groups of 128, and of blocks of 32", () => {
    const linear = { ...QWEN, parameters: 128_000, vocabularySize: 1, hiddenSize: 1, tiedEmbeddings: true };
    const groups = (127_999 * (4 + (16 + 4) / 128)) / 8 + 2;
    assert.equal(weightBytes(linear, "awq-int4"), groups);
    assert.equal(weightBytes(linear, "gptq-int4"), groups);
    assert.equal(weightBytes(linear, "mxfp4"), (127_999 * (4 + 8 / 32)) / 8 + 2);
  });

  for (const precision of ["bf16", "fp16"] as const) {
    it(`is two bytes a parameter in ${precision}`, () => assert.equal(weightBytes(QWEN, precision), 8190735360 * 2));
  }

  it("keeps the embeddings in 16 bits where the rest has 8", () => {
    assert.equal(weightBytes(QWEN, "fp8"), 8190735360 - EMBEDDINGS + EMBEDDINGS * 2);
  });

  it("is within 0.1 % of the published files of Qwen3-8B-AWQ", () => {
    const published = 6_098_581_864;
    assert.ok(Math.abs(weightBytes(MODELS["Qwen/Qwen3-8B-AWQ"]!, "awq-int4") / published - 1) < 0.001);
  });

  it("counts tied embeddings once", () => {
    const tied = { ...QWEN, tiedEmbeddings: true };
    const linear = tied.parameters - EMBEDDINGS / 2;
    assert.equal(weightBytes(tied, "fp8"), linear + (EMBEDDINGS / 2) * 2);
  });

  it("goes by the size that was measured, where there is one", () => {
    assert.equal(weightBytes(MODELS["openai/gpt-oss-20b"]!, "mxfp4"), 13.72 * 2 ** 30);
  });
});
