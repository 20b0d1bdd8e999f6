import assert from "node:assert/strict";

import type { Encoder } from "../../../components/facts/models/architecture.js";
import type { FitInput } from "../../../components/fit/input.js";
import { type EncoderMoment, encoderMoment } from "../../../components/fit/overhead/encoder.js";
import { CHAT, GIB, question } from "./question.js";

/** Qwen2.5-VL-7B's: images of 16384 tokens, videos of 7 times that. */
const ENCODER: Encoder = {
  ...{ layers: 32, hiddenSize: 1280, intermediateSize: 3420, heads: 16, patchesPerToken: 4 },
  ...{ imagePatches: 65536, videoPatches: 7 * 65536 },
};

function moment(changes: Partial<FitInput> = {}, encoder: Encoder = ENCODER): EncoderMoment {
  return encoderMoment(question({ model: { ...CHAT.model, encoder }, context: 128000, ...changes }));
}

describe("the encoder's moment", () => {
  it("is none without an encoder, and where no item is allowed", () => {
    assert.deepEqual(encoderMoment(question()), { running: 0, output: 0 });
    assert.deepEqual(moment({ items: { images: 0, videos: 0 } }), { running: 0, output: 0 });
  });

  it("is the largest item's: a video's where videos are allowed, else an image's", () => {
    const image = moment({ items: { videos: 0 } });
    assert.equal(moment().running, 7 * image.running);
    assert.equal(moment({ items: { images: 0 } }).running, moment().running);
    assert.equal(image.output, 16384 * 4096 * 2);
  });

  it("is as large as a log says: 16.0 GiB of overhead for Qwen2.5-VL-7B at the defaults, 14.5 of them the encoder's", () => {
    assert.ok(Math.abs(moment().running / GIB - 14.5) < 0.5);
  });

  it("holds a video that fits the context", () => {
    assert.equal(moment({ context: 32768 }).output, 32768 * 4096 * 2);
  });

  it("holds as many small items as a step has tokens for, and the prompts of all sequences", () => {
    const small = { ...ENCODER, imagePatches: 1024, videoPatches: 0 };
    const one = moment({ batchedTokens: 256 }, small).running;
    assert.equal(moment({ batchedTokens: 2048 }, small).running, 8 * one);
    const limited = { batchedTokens: 2048, sequences: 2, items: { images: 1 } };
    assert.equal(moment(limited, small).running, 2 * one);
    assert.equal(moment({ batchedTokens: 2048, sequences: 2, context: 600 }, small).running, 4 * one);
    assert.equal(moment({ batchedTokens: 64 }, small).running, one);
  });
});
