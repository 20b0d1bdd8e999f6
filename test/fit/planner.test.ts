import assert from "node:assert/strict";

import fc from "fast-check";

import { candidates } from "../../components/fit/candidates.js";
import { fit } from "../../components/fit/fit.js";
import { plan, planned, type Question, type ReasonKind } from "../../components/fit/planner.js";
import { GPU_TYPES, GPUS, type GpuType } from "../../components/facts/gpus.js";
import { KV_CACHE_TYPES } from "../../components/facts/kvCacheTypes.js";
import type { Architecture } from "../../components/facts/models/architecture.js";
import { MODELS } from "../../components/facts/models/catalogue.js";
import { PRECISION_NAMES } from "../../components/facts/precisions.js";

const QWEN: Question = {
  model: MODELS["Qwen/Qwen3-8B"]!,
  ...{ precision: "bf16", memoryUtilization: 0.9, context: 8192, kvElementBytes: 2, version: "0.33.0" },
};

/** A hybrid, most of whose layers keep a large state. */
const HYBRID: Architecture = {
  ...MODELS["Qwen/Qwen3-8B"]!,
  attention: [
    { kind: "full", layers: 9, kvHeads: 8, headSize: 128 },
    { kind: "state", layers: 27, convolution: 100_000, recurrent: 4_000_000, recurrentBytes: 4 },
  ],
};

const on = (gpu: GpuType, gpus = 1): { gpu: (typeof GPUS)[GpuType]; gpus: number } => ({ gpu: GPUS[gpu], gpus });

function reasonsOf(changes: Partial<Question>, gpu: GpuType, gpus = 1): [ReasonKind, string][] {
  return planned({ ...QWEN, ...changes }, on(gpu, gpus)).reasons.map(({ kind, message }) => [kind, message]);
}

describe("planned", () => {
  it("asks the fit with vLLM's defaults for the GPU and the version", () => {
    const tokensAndSequences = (changes: Partial<Question>, gpu: GpuType): [number, number] => {
      const { batchedTokens, sequences } = planned({ ...QWEN, ...changes }, on(gpu)).input;
      return [batchedTokens, sequences];
    };
    assert.deepEqual(tokensAndSequences({}, "l4"), [2048, 256]);
    assert.deepEqual(tokensAndSequences({}, "b200"), [16384, 1024]);
    assert.deepEqual(tokensAndSequences({ version: "0.20.0" }, "b200"), [8192, 1024]);
    assert.deepEqual(tokensAndSequences({ sequences: 4, batchedTokens: 512 }, "b200"), [512, 4]);
    assert.deepEqual(tokensAndSequences({ takesWholePrompts: true }, "l4"), [8192, 256]);
    assert.deepEqual(tokensAndSequences({ sequences: 2, context: 512 }, "h100"), [1024, 2]);
    const gemma = MODELS["google/gemma-4-31B-it"]!;
    assert.deepEqual(tokensAndSequences({ model: gemma }, "a100-80"), [2496, 256]);
    assert.deepEqual(tokensAndSequences({ model: gemma }, "h100"), [8192, 1024]);
    assert.deepEqual(tokensAndSequences({ batchedTokens: 128 }, "h100"), [128, 128]);
  });

  it("answers as the fit does", () => {
    const row = planned(QWEN, on("l4", 2));
    assert.deepEqual(row.fit, fit(row.input));
    assert.deepEqual([row.gpu, row.gpus, row.reasons], [GPUS.l4, 2, []]);
  });

  it("splits a draft over the replica's GPUs, unless it says otherwise", () => {
    const draft = { model: MODELS["Qwen/Qwen3-0.6B"]!, precision: "bf16" } as const;
    assert.equal(planned({ ...QWEN, draft }, on("l4", 4)).input.draft!.gpus, 4);
    assert.equal(planned({ ...QWEN, draft: { ...draft, gpus: 1 } }, on("l4", 4)).input.draft!.gpus, 1);
  });

  const cases: [
    name: string,
    changes: Partial<Question>,
    gpu: GpuType,
    gpus: number,
    expected: [ReasonKind, RegExp][],
  ][] = [
    [
      "heads that are not divided",
      {},
      "h100",
      3,
      [["heads", /^3 GPUs do not divide the model's 32 attention and 8 KV heads$/]],
    ],
    [
      "copies that do not share the GPUs",
      { dataParallel: 3 },
      "h100",
      8,
      [["heads", /^8 GPUs in 3 copies do not divide/]],
    ],
    [
      "a precision that the GPU lacks",
      {},
      "t4",
      4,
      [["precision", /^bf16 needs CUDA compute capability 8\.0, the T4 has 7\.5$/]],
    ],
    [
      "a type of KV cache that the GPU lacks",
      { kvCacheType: "nvfp4_4over6", kvElementBytes: 0.5625 },
      "h100",
      1,
      [["kvCacheType", /needs CUDA compute capability 10\.0 and below 11\.0, the H100 80 GB has 9\.0$/]],
    ],
    [
      "blocks that would be cut",
      {
        model: { ...QWEN.model, fp8BlockSize: 128, intermediateSize: 12288 + 128 },
        precision: "fp8",
        isPublished: true,
      },
      "h100",
      2,
      [["fp8Blocks", /^2 GPUs split a width of 12416 into parts of 6208, no multiple of the fp8 blocks of 128/]],
    ],
    [
      "a context beyond the model's own",
      { mostContext: 4096 },
      "h100",
      1,
      [["maxContext", /^8192 tokens are more than the 4096 that the model was made for$/]],
    ],
    [
      "a step that is too small",
      { sequences: 64, batchedTokens: 32 },
      "h100",
      1,
      [["step", /^a step of 32 tokens is less than 64 sequences/]],
    ],
    [
      "weights that are too large",
      { model: MODELS["Qwen/Qwen2.5-72B-Instruct"]! },
      "h100",
      1,
      [["weights", /GiB of bf16 weights and an estimated .* leave no KV cache in 71\.3 GiB a GPU$/]],
    ],
    [
      "a context that is too long",
      { context: 40960 },
      "l4",
      1,
      [["context", /^40960 tokens do not fit once into .* GiB of KV cache a GPU, which holds \d+$/]],
    ],
    [
      "states that are too many",
      { model: HYBRID, sequences: 1024, batchedTokens: 2048 },
      "h100",
      1,
      [["states", /^vLLM refuses 1024 sequences: each has a block of states, of which there are \d+$/]],
    ],
  ];
  for (const [name, changes, gpu, gpus, expected] of cases) {
    it(`says ${name}`, () => {
      const reasons = reasonsOf(changes, gpu, gpus);
      assert.deepEqual(
        reasons.map(([kind]) => kind),
        expected.map(([kind]) => kind),
      );
      reasons.forEach(([, message], index) => assert.match(message, expected[index]![1]));
    });
  }

  it("says everything that is in the way at once", () => {
    const kinds = reasonsOf({ kvCacheType: "fp8", mostContext: 16, sequences: 9, batchedTokens: 8 }, "t4").map(
      ([kind]) => kind,
    );
    assert.deepEqual(kinds, ["precision", "kvCacheType", "maxContext", "step", "weights"]);
  });

  it("has no fit to tell where the model cannot be split", () => {
    assert.equal(planned(QWEN, on("h100", 3)).fit, undefined);
  });

  it("cuts no blocks of experts that stay whole, nor of weights that vLLM quantises itself", () => {
    const blocks: Partial<Question> = {
      model: { ...QWEN.model, fp8BlockSize: 128, intermediateSize: 12416 },
      precision: "fp8",
    };
    assert.deepEqual(reasonsOf({ ...blocks, isPublished: true, isExpertParallel: true }, "h100", 2), []);
    assert.deepEqual(reasonsOf(blocks, "h100", 2), []);
  });

  it("fits exactly where no reason is in the way, for any question", () => {
    const question = fc.record({
      model: fc.constantFrom(...Object.values(MODELS), HYBRID),
      precision: fc.constantFrom(...PRECISION_NAMES),
      memoryUtilization: fc.double({ min: 0.1, max: 1, noNaN: true }),
      context: fc.integer({ min: 1, max: 262_144 }),
      kvElementBytes: fc.constantFrom(1, 2),
      kvCacheType: fc.constantFrom(...Object.keys(KV_CACHE_TYPES)),
      isPublished: fc.boolean(),
    });
    const gpus = fc.constantFrom(1, 2, 3, 4, 5, 8, 16);
    fc.assert(
      fc.property(question, fc.constantFrom(...GPU_TYPES), gpus, (asked, gpu, count) => {
        const { fit: result, reasons } = planned(asked, on(gpu, count));
        const isMemory = ({ kind }: { kind: ReasonKind }): boolean => ["weights", "context", "states"].includes(kind);
        assert.equal(result?.fits ?? false, result !== undefined && !reasons.some(isMemory));
        for (const { message } of reasons) assert.doesNotMatch(message, /NaN|undefined|Infinity/);
      }),
      { numRuns: 300 },
    );
  });
});

describe("plan", () => {
  it("has what fits first, and both parts cheapest first", () => {
    const rows = plan(QWEN, candidates());
    const isFitting = rows.map(({ reasons }) => reasons.length === 0);
    assert.ok(isFitting.includes(true) && isFitting.includes(false));
    assert.deepEqual(
      isFitting,
      isFitting.toSorted((a, b) => Number(b) - Number(a)),
    );
    for (const part of [true, false]) {
      const prices = rows.filter((_, index) => isFitting[index] === part).map(({ hourlyUsd }) => hourlyUsd ?? Infinity);
      assert.deepEqual(
        prices,
        prices.toSorted((a, b) => a - b),
      );
    }
  });
});
