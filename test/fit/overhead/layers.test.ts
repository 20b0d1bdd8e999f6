import assert from "node:assert/strict";

import { layerBytes } from "../../../components/fit/overhead/layers.js";
import { CHAT, MIXTURE, question } from "./question.js";

describe("the widest moment of a layer", () => {
  it("is the stream, the layer's input and the feed-forward, in 16 bits, for every token of a step", () => {
    assert.equal(layerBytes(question()), 2048 * (2 * 4096 + 3 * 12288) * 2);
    assert.equal(layerBytes(question({ batchedTokens: 8192 })), 4 * layerBytes(question()));
  });

  it("is attention where that is wider", () => {
    const model = { ...CHAT.model, intermediateSize: 1024 };
    assert.equal(layerBytes(question({ model })), 2048 * (2 * 4096 + (2 * 32 + 2 * 8) * 128) * 2);
  });

  it("splits the layer over the GPUs, not the stream", () => {
    assert.equal(layerBytes(question({ gpus: 4 })), 2048 * (2 * 4096 + (3 * 12288) / 4) * 2);
  });

  it("splits the layer over the GPUs of one copy alone with data parallelism", () => {
    assert.equal(layerBytes(question({ gpus: 4, dataParallel: 2 })), layerBytes(question({ gpus: 2 })));
  });

  it("holds experts' buffers before 0.13, which keeps them", () => {
    const stream = 2048 * 2 * 4096 * 2;
    assert.equal(layerBytes(question({ model: MIXTURE, version: "0.12.0" })), stream + 2048 * 2 * 2 * 4096 * 2);
    assert.equal(layerBytes(question({ model: MIXTURE })), stream + 2048 * (2 * 32 + 2 * 8) * 128 * 2);
  });

  it("unfolds latent attention for eight prompts of full length, and for 65536 tokens at most", () => {
    const model = { ...CHAT.model, attention: [{ kind: "latent" as const, layers: 36, width: 576 }] };
    const unfolded = (context: number): number =>
      layerBytes(question({ model, context, batchedTokens: 1 })) - layerBytes(question({ batchedTokens: 1, context }));
    const elements = 32 * 2 * 128;
    assert.ok(Math.abs(unfolded(1024) - 8192 * elements * 2) < 100_000);
    assert.ok(Math.abs(unfolded(131072) - 65536 * elements * 2) < 100_000);
  });
});
