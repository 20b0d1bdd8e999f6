import assert from "node:assert/strict";

import { MODELS } from "../../../components/facts/models/catalogue.js";
import { loraBytes } from "../../../components/fit/overhead/lora.js";
import { GIB, MIXTURE, question } from "./question.js";

const lora = { adapters: 2, rank: 16 };

describe("slots for adapters", () => {
  it("are none unless asked for", () => assert.equal(loraBytes(question()), 0));

  it("are what a log says to 0.02 GiB: Llama 3.1 8B with two slots of rank 16 loads 15.17 GiB in place of 14.99", () => {
    const model = MODELS["meta-llama/Llama-3.1-8B-Instruct"]!;
    assert.ok(Math.abs(loraBytes(question({ model, lora })) / GIB - 0.18) < 0.02);
  });

  it("grow with their number and with the rank", () => {
    const one = loraBytes(question({ lora: { adapters: 1, rank: 16 } }));
    assert.equal(loraBytes(question({ lora })), 2 * one);
    assert.equal(loraBytes(question({ lora: { adapters: 1, rank: 64 } })), 4 * one);
  });

  it("are split in part over GPUs", () => {
    const alone = loraBytes(question({ lora }));
    const split = loraBytes(question({ lora, gpus: 2 }));
    assert.ok(split < alone && split > alone / 2);
  });

  it("are there for every expert of a GPU", () => {
    const dense = { ...MIXTURE, experts: undefined };
    assert.ok(loraBytes(question({ model: MIXTURE, lora })) > loraBytes(question({ model: dense, lora })));
    const spread = { model: MIXTURE, lora, gpus: 2, isExpertParallel: true };
    assert.ok(loraBytes(question(spread)) < loraBytes(question({ ...spread, gpus: 1 })));
  });
});
