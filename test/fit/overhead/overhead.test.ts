import assert from "node:assert/strict";

import fc from "fast-check";

import { GPU_TYPES, GPUS } from "../../../components/facts/gpus.js";
import { MODELS } from "../../../components/facts/models/catalogue.js";
import type { FitInput } from "../../../components/fit/input.js";
import { overhead, overheadBytes } from "../../../components/fit/overhead/overhead.js";
import { CHAT, GIB, MIXTURE } from "./question.js";

const gib = (changes: Partial<FitInput>): number => overheadBytes({ ...CHAT, ...changes }) / GIB;

const sum = (values: object): number =>
  Object.values(values).reduce<number>((total, value: number) => total + value, 0);

describe("overheadBytes", () => {
  it("adds what is kept, and the largest moment", () => {
    const { kept, moments } = overhead({ ...CHAT, model: MIXTURE, gpus: 2, lora: { adapters: 1, rank: 16 } });
    const total = overheadBytes({ ...CHAT, model: MIXTURE, gpus: 2, lora: { adapters: 1, rank: 16 } });
    assert.equal(total, sum(kept) + Math.max(...Object.values(moments)));
    assert.ok(Object.values(kept).every((bytes) => bytes > 0));
  });

  it("is much less for an eager server: 0.41 GiB real for Qwen2.5-1.5B on 0.30, 1.47 with graphs", () => {
    const model = {
      ...{ ...CHAT.model, layers: 28, hiddenSize: 1536, intermediateSize: 8960 },
      ...{ attentionHeads: 12, kvHeads: 2 },
    };
    assert.ok(Math.abs(gib({ model, sequences: 256, isEager: true }) - 0.41) < 0.15);
    assert.ok(Math.abs(gib({ model, sequences: 256 }) - 1.47) < 0.15);
  });

  it("counts a draft model's layers where they are wider", () => {
    const wide = { ...CHAT.model, intermediateSize: 65536 };
    const draft = { model: wide, precision: "bf16" as const, gpus: 1 };
    assert.ok(gib({ draft }) > gib({ draft: { ...draft, model: CHAT.model } }));
  });

  it("keeps the encoder's output while the language model runs", () => {
    const encoder = {
      ...{ layers: 1, hiddenSize: 1, intermediateSize: 1, heads: 1, imagePatches: 16384, patchesPerToken: 1 },
    };
    const { moments } = overhead({ ...CHAT, model: { ...CHAT.model, encoder } });
    assert.equal(moments.layer - overhead(CHAT).moments.layer, 16384 * 4096 * 2);
  });

  it("is finite and never less for more sequences or more tokens a step, whatever is asked", () => {
    const inputs = fc.record({
      model: fc.constantFrom(...Object.values(MODELS), MIXTURE),
      gpu: fc.constantFrom(...GPU_TYPES.map((type) => GPUS[type])),
      gpus: fc.constantFrom(1, 2, 4, 8),
      version: fc.constantFrom("0.8.5", "0.11.2", "0.16.0", "0.18.0", "0.20.0", "0.26.0", "0.28.0", "0.30.0", "0.33.0"),
      sequences: fc.integer({ min: 1, max: 4096 }),
      batchedTokens: fc.integer({ min: 16, max: 131072 }),
      context: fc.integer({ min: 16, max: 1048576 }),
      isEager: fc.boolean(),
      isPooling: fc.boolean(),
      isExpertParallel: fc.boolean(),
    });
    fc.assert(
      fc.property(inputs, (changes) => {
        const bytes = gib(changes);
        assert.ok(Number.isFinite(bytes) && bytes > 0);
        assert.ok(gib({ ...changes, sequences: 2 * changes.sequences }) >= bytes);
        assert.ok(gib({ ...changes, batchedTokens: 2 * changes.batchedTokens }) >= bytes);
        assert.ok(gib({ ...changes, isEager: true }) <= bytes);
      }),
    );
  });
});
