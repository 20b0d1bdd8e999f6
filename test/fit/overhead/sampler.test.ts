import assert from "node:assert/strict";

import type { FitInput } from "../../../components/fit/input.js";
import { penaltyBytes, samplerBytes } from "../../../components/fit/overhead/sampler.js";
import { CHAT, MIXTURE, question } from "./question.js";

const LOGITS = 16 * 151936;
const STREAM = 2048 * 4096 * 2;

function perLogit(changes: Partial<FitInput>): number {
  return (samplerBytes(question(changes)) - STREAM) / LOGITS;
}

describe("the sampler's moment", () => {
  it("costs bytes a logit by version", () => {
    const versions = ["0.8.5", "0.16.0", "0.17.0", "0.24.0", "0.25.0", "0.32.0", "0.33.0"];
    const bytes = versions.map((version) => perLogit({ version }));
    assert.deepEqual(bytes, [38, 38, 14, 14, 2, 2, 10]);
  });

  it("is the first runner's for experts and states until 0.28, and for a draft model", () => {
    const states = {
      ...CHAT.model,
      attention: [{ kind: "state" as const, layers: 36, convolution: 1, recurrent: 1, recurrentBytes: 4 as const }],
    };
    for (const model of [MIXTURE, states]) {
      assert.equal(perLogit({ model, version: "0.28.0" }), 14);
      assert.equal(perLogit({ model, version: "0.29.0" }), 2);
    }
    assert.equal(perLogit({ draft: { model: CHAT.model, precision: "bf16", gpus: 1 } }), 14);
  });

  it("gathers the logits of all GPUs in a second copy", () => {
    assert.equal(perLogit({ gpus: 2 }), 4);
    assert.equal(perLogit({ gpus: 2, version: "0.20.0" }), 14);
  });

  it("grows with the sequences", () => {
    assert.equal(samplerBytes(question({ sequences: 1024 })) - STREAM, 64 * (samplerBytes(question()) - STREAM));
  });

  it("has no logits where the model makes no text", () => {
    assert.equal(samplerBytes(question({ isPooling: true })), 3 * STREAM);
    assert.equal(samplerBytes(question({ isPooling: true, sequences: 1024 })), 3 * STREAM);
  });
});

describe("what is held for penalties", () => {
  it("is a count and a bit a logit, in the second runner, where all that is held counts", () => {
    assert.equal(penaltyBytes(question()), LOGITS * 4.125);
    for (const version of ["0.24.0", "0.26.0"]) assert.equal(penaltyBytes(question({ version })), 0);
    assert.equal(penaltyBytes(question({ model: MIXTURE, version: "0.28.0" })), 0);
    assert.equal(penaltyBytes(question({ isPooling: true })), 0);
  });
});
