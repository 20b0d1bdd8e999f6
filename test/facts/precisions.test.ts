import assert from "node:assert/strict";

import { type Precision, PRECISION_NAMES, PRECISIONS } from "../../components/facts/precisions.js";

const named = (names: readonly string[]): Precision[] => PRECISION_NAMES.filter((name) => names.includes(name));
const inSixteenBits = named(["bf16", "fp16"]);
const ofFiles = PRECISION_NAMES.filter((name) => name.startsWith("gguf-"));
const ofExperts = named(["int4-experts", "mxfp4"]);
const ofLinearLayers = PRECISION_NAMES.filter((name) => ![...inSixteenBits, ...ofFiles, ...ofExperts].includes(name));

describe("PRECISIONS", () => {
  it("keep the names that configs have had", () => {
    for (const name of ["bf16", "fp16", "fp8", "awq-int4", "gptq-int4", "mxfp4"]) assert.ok(name in PRECISIONS, name);
  });

  it("run each from a compute capability on", () => {
    const from = (least: number): Precision[] =>
      PRECISION_NAMES.filter((name) => PRECISIONS[name].minComputeCapability === least);
    assert.deepEqual(from(8.0), ["bf16", "mxfp4"]);
    assert.deepEqual(from(7.0), ["fp16", "bnb-4bit", "bnb-8bit", ...ofFiles]);
    assert.equal(from(7.5).length, PRECISION_NAMES.length - from(8.0).length - from(7.0).length);
  });

  it("count scales and zero points", () => {
    const bits = (name: Precision): number => PRECISIONS[name].linearBits;
    assert.equal(bits("awq-int4"), 4 + (16 + 4) / 128);
    assert.equal(bits("int4"), 4 + 16 / 128);
    assert.equal(bits("int4-experts"), 4.5);
    assert.equal(bits("mxfp4"), 4.25);
    assert.equal(bits("nvfp4"), 4.5);
    assert.equal(bits("mxfp8"), 8.25);
    assert.ok(Math.abs(bits("bnb-4bit") - 4.127) < 0.001);
  });

  it("leave routers, norms, embeddings and encoders in 16 bits", () => {
    const kept = ["router", "norms", "encoder", "embedding", "output", "layerEmbedding"] as const;
    for (const name of ofLinearLayers) {
      const { quantised, embeddingBits } = PRECISIONS[name];
      assert.deepEqual(quantised, ["attention", "latent", "state", "feedForward", "experts", "sharedExperts"], name);
      assert.ok(!kept.some((part) => quantised.includes(part)));
      assert.equal(embeddingBits, 16, name);
    }
  });

  it("quantise nothing in 16 bits, experts alone where gpt-oss and Kimi K2 do, and embeddings in files of llama.cpp", () => {
    for (const name of inSixteenBits) assert.deepEqual(PRECISIONS[name].quantised, []);
    for (const name of ofExperts) assert.deepEqual(PRECISIONS[name].quantised, ["experts"]);
    for (const name of ofFiles) {
      assert.ok(PRECISIONS[name].quantised.includes("embedding"));
      assert.equal(PRECISIONS[name].embeddingBits, PRECISIONS[name].linearBits);
    }
  });

  it("are 16 bits a weight at most", () => {
    for (const { linearBits, embeddingBits } of Object.values(PRECISIONS)) {
      assert.ok(linearBits > 0 && linearBits <= 16 && embeddingBits <= 16);
    }
  });
});
