import assert from "node:assert/strict";

import fc from "fast-check";

import { GPUS } from "../../components/facts/gpus.js";
import type { Architecture, Encoder, LayerGroup } from "../../components/facts/models/architecture.js";
import { type Precision, PRECISION_NAMES } from "../../components/facts/precisions.js";
import { candidates } from "../../components/fit/candidates.js";
import { fit, type FitInput } from "../../components/fit/fit.js";
import { plan } from "../../components/fit/planner.js";
import { type FitRow, rowsJson } from "../../tools/fit/rows.js";

const powerOfTwo = (from: number, to: number): fc.Arbitrary<number> =>
  fc.integer({ min: from, max: to }).map((exponent) => 2 ** exponent);

const layers = fc.integer({ min: 1, max: 64 });
const heads = { kvHeads: powerOfTwo(0, 4), headSize: fc.constantFrom(64, 80, 128, 256) };
const tokens = fc.constantFrom(128, 512, 1024, 4096, 8192);
const element = fc.integer({ min: 64, max: 2 ** 20 });

const anyLayers: fc.Arbitrary<LayerGroup> = fc.oneof(
  fc.record({ kind: fc.constant("full"), layers, ...heads }),
  fc.record({ kind: fc.constant("window"), layers, ...heads, tokens }),
  fc.record({ kind: fc.constant("chunked"), layers, ...heads, tokens }),
  fc.record({ kind: fc.constant("latent"), layers, width: fc.constantFrom(320, 576) }),
  fc.record({ kind: fc.constant("latent"), layers, width: fc.constant(576), indexWidth: fc.constant(128) }),
  fc.record({
    ...{ kind: fc.constant("state"), layers, convolution: element, recurrent: element },
    recurrentBytes: fc.constantFrom<2 | 4>(2, 4),
  }),
  fc.record({ kind: fc.constant("shared"), layers }),
);

const anyEncoder: fc.Arbitrary<Encoder> = fc
  .record({ layers, hiddenSize: powerOfTwo(9, 11), imagePatches: powerOfTwo(8, 16) })
  .map((sizes) => ({ ...sizes, intermediateSize: 4 * sizes.hiddenSize, heads: 16, patchesPerToken: 4 }));

/** Shapes of every kind of layers beside each other, whether or not anyone has built such a model. */
const anyModel: fc.Arbitrary<Architecture> = fc
  .record({
    attention: fc.array(anyLayers, { maxLength: 4 }),
    hiddenSize: powerOfTwo(9, 13),
    expertCount: fc.option(powerOfTwo(3, 8), { nil: undefined }),
    encoder: fc.option(anyEncoder, { nil: undefined }),
    maxContext: powerOfTwo(9, 20),
    vocabularySize: fc.integer({ min: 1000, max: 260_000 }),
    tiedEmbeddings: fc.boolean(),
  })
  .map(({ attention, hiddenSize, expertCount, encoder, ...rest }) => {
    const depth = attention.reduce((sum, group) => sum + group.layers, 0) || 12;
    const feedForward = { parameters: 12 * depth * hiddenSize ** 2 };
    return {
      ...rest,
      ...{ attention, layers: depth, hiddenSize, intermediateSize: 4 * hiddenSize },
      ...{ attentionHeads: 16, kvHeads: 16, headSize: 128 },
      parameters: feedForward.parameters,
      weights: expertCount === undefined ? { feedForward } : { experts: feedForward },
      ...(expertCount !== undefined && { experts: { count: expertCount, perToken: 2 } }),
      ...(encoder !== undefined && { encoder }),
    };
  });

const anyDraft = fc
  .record({ model: anyModel, precision: fc.constant<Precision>("bf16"), gpus: fc.constant(1) })
  .map((draft) => ({ ...draft, model: { ...draft.model, attention: draft.model.attention!.slice(0, 1) } }));

const anyInput: fc.Arbitrary<FitInput> = fc.record(
  {
    model: anyModel,
    precision: fc.constantFrom(...PRECISION_NAMES),
    gpu: fc.constantFrom(...Object.values(GPUS)),
    gpus: powerOfTwo(0, 3),
    memoryUtilization: fc.double({ min: 0.1, max: 1, noNaN: true }),
    context: fc.integer({ min: 1, max: 2 ** 20 }),
    sequences: fc.integer({ min: 1, max: 2048 }),
    batchedTokens: fc.integer({ min: 1, max: 32_768 }),
    kvElementBytes: fc.constantFrom(1, 2),
    version: fc.constantFrom("0.8.5", "0.18.0", "0.30.0", "0.33.0"),
    draft: fc.option(anyDraft, { nil: undefined }),
    isEager: fc.boolean(),
    isPooling: fc.boolean(),
    isExpertParallel: fc.boolean(),
    draftTokens: fc.integer({ min: 0, max: 5 }),
    blockTokens: fc.constantFrom(16, 32, 64),
  },
  {
    requiredKeys: [
      "model",
      "precision",
      "gpu",
      "gpus",
      "memoryUtilization",
      "context",
      "sequences",
      "batchedTokens",
      "kvElementBytes",
    ],
  },
);

function property(name: string, holds: (input: FitInput, other: FitInput) => void): void {
  it(name, () => fc.assert(fc.property(anyInput, anyInput, holds), { numRuns: 500 }));
}

describe("the fit of models of any shape", () => {
  property("has no number that is none, or is negative where nothing can be", (input) => {
    const { fits: _, kvCacheGiBPerGpu, ...numbers } = fit(input);
    assert.ok(Number.isFinite(kvCacheGiBPerGpu));
    for (const [name, value] of Object.entries(numbers))
      assert.ok(Number.isFinite(value) && value >= 0, `${name}: ${value}`);
  });

  property("holds no fewer tokens with more memory", (input, { memoryUtilization }) => {
    const [less, more] = [input.memoryUtilization, memoryUtilization].sort((a, b) => a - b) as [number, number];
    const tokensAt = (share: number): number => fit({ ...input, memoryUtilization: share }).kvCacheTokens;
    assert.ok(tokensAt(more) >= tokensAt(less));
  });

  property("runs no more requests of a larger context", (input, { context }) => {
    const [shorter, longer] = [input.context, context].sort((a, b) => a - b) as [number, number];
    const requestsOf = (each: number): number => fit({ ...input, context: each }).fullLengthRequests;
    assert.ok(requestsOf(longer) <= requestsOf(shorter));
  });

  property("loads no more weights on a GPU where there are more", (input) => {
    const weightsOn = (gpus: number): number => fit({ ...input, gpus }).weightsGiBPerGpu;
    assert.ok(weightsOn(2 * input.gpus) <= weightsOn(input.gpus));
  });

  property("has a largest context that fits, and 16 tokens more do not", (input) => {
    const { largestContext } = fit(input);
    const most = Math.max(input.model.maxContext, input.context);
    assert.ok(largestContext <= most);
    // Sequences that the states leave no room for are no matter of the context.
    const holds = (context: number): boolean => {
      const { fullLengthRequests, fits, mostSequences } = fit({ ...input, context });
      return fits || (mostSequences !== undefined && fullLengthRequests > 1);
    };
    if (largestContext > 0) assert.ok(holds(largestContext));
    if (largestContext + 16 <= most) assert.ok(!fit({ ...input, context: largestContext + 16 }).fits);
  });

  property("holds a request of full length where it fits, and its largest context reaches it", (input) => {
    const { fits, fullLengthRequests, largestContext } = fit(input);
    if (!fits) return;
    assert.ok(fullLengthRequests >= 1);
    assert.ok(largestContext >= input.context);
  });
});

describe("the rows of models of any shape", () => {
  it("are JSON without a hole: what fits first, cheapest first, and a reason for each of the others", () => {
    const offered = candidates({ gpus: [GPUS.l4, GPUS.h100, GPUS.b200], counts: [1, 2, 8] });
    const ask = (input: FitInput): void => {
      const { gpu: _, gpus: __, draft: ___, ...question } = input;
      const { rows } = JSON.parse(rowsJson(plan(question, offered))) as { rows: FitRow[] };
      assert.equal(rows.length, offered.length);
      const fitting = rows.filter(({ fits }) => fits);
      assert.deepEqual(rows.slice(0, fitting.length), fitting);
      for (const part of [fitting, rows.slice(fitting.length)]) {
        const prices = part.map(({ hourlyUsd }) => hourlyUsd ?? Infinity);
        assert.deepEqual(
          prices,
          prices.toSorted((a, b) => a - b),
        );
      }
      for (const { fits, reasons, weightsGiBPerGpu, kvCacheTokens } of rows) {
        assert.equal(fits, reasons.length === 0);
        // A model that cannot be split has no numbers, and says why.
        assert.equal(weightsGiBPerGpu === null, kvCacheTokens === null);
        if (weightsGiBPerGpu === null) assert.ok(!fits);
      }
    };
    fc.assert(fc.property(anyInput, ask), { numRuns: 200 });
  });
});
