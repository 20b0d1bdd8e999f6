import assert from "node:assert/strict";

import { MODELS } from "../../components/facts/models/catalogue.js";
import type { Architecture } from "../../components/facts/models/architecture.js";
import { weightBytes, weightBytesPerGpu } from "../../components/fit/weights.js";

/** Qwen3-8B by its heads alone. */
const QWEN: Architecture = {
  ...{ parameters: 8_190_735_360, layers: 36, hiddenSize: 4096, intermediateSize: 12288, vocabularySize: 151936 },
  ...{ attentionHeads: 32, kvHeads: 8, headSize: 128, tiedEmbeddings: false, maxContext: 40960 },
};
/** Input and output embeddings of Qwen3-8B, which stay in 16 bits. */
const EMBEDDINGS = 2 * 151936 * 4096;

describe("weightBytes", () => {
  it("counts the scales of 4-bit groups of 128, and of blocks of 32", () => {
    const linear = { ...QWEN, parameters: 128_000, vocabularySize: 1, hiddenSize: 1, tiedEmbeddings: true };
    const groups = (127_999 * (4 + (16 + 4) / 128)) / 8 + 2;
    assert.equal(weightBytes(linear, "awq-int4"), groups);
    assert.equal(weightBytes(linear, "gptq-int4"), groups);
    // Of mxfp4 the experts alone, as far as they are told.
    const experts = { ...linear, weights: { embedding: { parameters: 1 }, experts: { parameters: 100_000 } } };
    assert.equal(weightBytes(experts, "mxfp4"), (100_000 * (4 + 8 / 32)) / 8 + 28_000 * 2);
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

  it("goes by the size that was measured, where there is one, as it was published", () => {
    const measured = { ...QWEN, weightsGiB: 13.72 };
    assert.equal(weightBytes(measured, "mxfp4"), 13.72 * 2 ** 30);
    assert.equal(weightBytes({ ...measured, precision: "mxfp4" }, "mxfp4"), 13.72 * 2 ** 30);
    assert.equal(weightBytes({ ...measured, precision: "bf16" }, "fp8"), weightBytes(QWEN, "fp8"));
  });

  it("has the bits of each kind as published, and in another precision that one's", () => {
    const weights = { embedding: { parameters: 1000 }, attention: { parameters: 2000, bits: 16 } };
    const model = { ...QWEN, parameters: 10_000, precision: "nvfp4" as const, weights };
    assert.equal(weightBytes(model, "nvfp4"), 1000 * 2 + 2000 * 2 + (7000 * 4.5) / 8);
    assert.equal(weightBytes(model, "fp8"), 1000 * 2 + 2000 + 7000);
  });
});

describe("weightBytesPerGpu", () => {
  const split = (tensorParallel: number, dataParallel = 1) => ({ tensorParallel, dataParallel });
  const withParts = (weights: Architecture["weights"]): Architecture => ({
    ...QWEN,
    parameters: Object.values(weights!).reduce((sum, { parameters }) => sum + parameters, 0),
    ...(weights !== undefined && { weights }),
  });

  const cases: Array<[part: keyof NonNullable<Architecture["weights"]>, ofFour: number, ofTwoCopies: number]> = [
    ["feedForward", 1 / 4, 1 / 2],
    ["embedding", 1 / 4, 1 / 2],
    // Experts are spread over the GPUs of all copies.
    ["experts", 1 / 4, 1 / 4],
    ["router", 1, 1],
    ["latent", 1, 1],
    ["norms", 1, 1],
    ["encoder", 1, 1],
  ];
  for (const [part, ofFour, ofTwoCopies] of cases) {
    it(`has ${ofFour} of ${part} on four GPUs, and ${ofTwoCopies} on two times two`, () => {
      const model = withParts({ [part]: { parameters: 4000 } });
      assert.equal(weightBytesPerGpu(model, "bf16", split(4)), 8000 * ofFour);
      assert.equal(weightBytesPerGpu(model, "bf16", split(2, 2)), 8000 * ofTwoCopies);
    });
  }

  it("copies projections of KV heads where GPUs are more", () => {
    const model = { ...withParts({ attention: { parameters: 4e9 } }), kvHeads: 2 };
    const projections = 36 * 4096 * 2 * 128;
    assert.equal(weightBytesPerGpu(model, "bf16", split(4)), 2 * (1e9 + projections / 2));
    assert.equal(weightBytesPerGpu(model, "bf16", split(2)), 2 * 2e9);
  });

  it("has what is made at load beside the weights, which is not downloaded", () => {
    const model = { ...QWEN, made: { rotary: 1000, unfolded: 4000 } };
    const plain = weightBytesPerGpu(QWEN, "bf16", split(4));
    assert.equal(weightBytesPerGpu(model, "bf16", split(4)), plain + 2 * (1000 + 4000 / 4));
    assert.equal(weightBytes(model, "bf16"), weightBytes(QWEN, "bf16"));
  });
});
