import assert from "node:assert/strict";

import fc from "fast-check";

import { dividesHeads, type Fit, fit, type FitInput } from "../../components/fit/fit.js";
import { smallestMachine } from "../../components/fit/smallestMachine.js";
import { GPUS } from "../../components/facts/gpus.js";
import { AWS_MACHINES } from "../../components/facts/machines/aws.js";
import { MODELS } from "../../components/facts/models/catalogue.js";
import { PRECISION_NAMES } from "../../components/facts/precisions.js";

const GIB = 2 ** 30;

/** Qwen3-8B on one L4, as staging serves it. */
const CHAT: FitInput = {
  model: MODELS["Qwen/Qwen3-8B"]!,
  ...{ precision: "bf16", gpu: GPUS.l4, gpus: 1, memoryUtilization: 0.9 },
  ...{ context: 8192, sequences: 16, batchedTokens: 2048, kvElementBytes: 2 },
};

function fitOf(changes: Partial<FitInput> = {}): Fit {
  return fit({ ...CHAT, ...changes });
}

function model(id: string): FitInput["model"] {
  return MODELS[id]!;
}

describe("fit", () => {
  it("works out Qwen3-8B on an L4", () => {
    const { overheadGiBPerGpu, kvCacheGiBPerGpu, ...exact } = fitOf();
    const weightsGiB = (8190735360 * 2) / GIB;
    // The widest moment of a layer: 4 × 4096 for the residual stream and 3 × 12288 for the feed-forward, in 16 bits.
    assert.equal(overheadGiBPerGpu, (2048 * (4 * 4096 + 3 * 12288) * 2) / GIB + 1.7);
    // Less one block of 16 tokens, which vLLM keeps.
    const kvCache = 22.03 * 0.9 - weightsGiB - overheadGiBPerGpu - (16 * 147456) / GIB;
    assert.ok(Math.abs(kvCacheGiBPerGpu - kvCache) < 1e-9);
    assert.deepEqual(exact, {
      ...{ weightsGiB, weightsGiBPerGpu: weightsGiB, kvBytesPerToken: 147456, kvCacheTokens: 19392 },
      ...{ fullLengthRequests: (kvCacheGiBPerGpu * GIB) / 147456 / 8192, fits: true, largestContext: 19392 },
    });
  });

  describe("weights", () => {
    it("are 2 bytes a parameter in 16 bits", () => assert.equal(fitOf().weightsGiB * GIB, 8190735360 * 2));

    it("are within 0.1 % of the published files in 4 bits", () => {
      const { weightsGiB } = fitOf({ model: model("Qwen/Qwen3-8B-AWQ"), precision: "awq-int4" });
      assert.ok(Math.abs((weightsGiB * GIB) / 6_098_581_864 - 1) < 0.001);
    });

    it("are split over the GPUs", () => {
      const { weightsGiB, weightsGiBPerGpu } = fitOf({ gpus: 4 });
      assert.equal(weightsGiBPerGpu, weightsGiB / 4);
      assert.equal(weightsGiB, fitOf().weightsGiB);
    });
  });

  describe("KV bytes a token on one GPU", () => {
    const cases: Array<[id: string, gpus: number, kvElementBytes: number, bytes: number]> = [
      ["Qwen/Qwen3-8B", 1, 2, 147456],
      ["Qwen/Qwen3-8B", 2, 2, 73728],
      ["Qwen/Qwen3-8B", 8, 2, 18432],
      ["Qwen/Qwen3-8B", 1, 1, 73728],
      ["Qwen/Qwen3-14B", 1, 2, 163840],
      ["Qwen/Qwen3-32B", 1, 2, 262144],
      ["Qwen/Qwen3-0.6B", 1, 2, 114688],
      ["Qwen/Qwen2.5-7B-Instruct", 1, 2, 57344],
      ["Qwen/Qwen2.5-72B-Instruct", 4, 2, 81920],
      ["meta-llama/Llama-3.1-8B-Instruct", 1, 2, 131072],
    ];
    for (const [id, gpus, kvElementBytes, bytes] of cases) {
      it(`are ${bytes} for ${id} on ${gpus}, at ${kvElementBytes} an element`, () => {
        assert.equal(fitOf({ model: model(id), gpus, kvElementBytes }).kvBytesPerToken, bytes);
      });
    }

    it("do not depend on how the context fills its last block", () => {
      for (const context of [1, 8191, 8193]) assert.equal(fitOf({ context }).kvBytesPerToken, 147456);
    });

    it("stay at one head a GPU where there are more GPUs than KV heads", () => {
      const qwen = model("Qwen/Qwen3-30B-A3B");
      const onFour = fitOf({ model: qwen, gpus: 4 }).kvBytesPerToken;
      assert.equal(onFour, 2 * 48 * 128 * 2);
      assert.equal(fitOf({ model: qwen, gpus: 8 }).kvBytesPerToken, onFour);
    });

    it("shrink with the context where layers keep a window only", () => {
      const gemma = model("google/gemma-3-12b-it");
      const layerBytes = 2 * 8 * 256 * 2;
      const [short, long] = [2048, 131072];
      assert.equal(fitOf({ model: gemma, context: short }).kvBytesPerToken, 48 * layerBytes);
      // 8 full layers; 40 that keep 1024 tokens of window and 2048 of the step, less one, in blocks, and one block more.
      const windowTokens = (Math.ceil((1024 - 1 + 2048) / 16) + 1) * 16;
      const bytes = 8 * layerBytes + (40 * layerBytes * windowTokens) / long;
      assert.equal(fitOf({ model: gemma, context: long }).kvBytesPerToken, bytes);
    });
  });

  describe("overhead", () => {
    it("has room for collectives on several GPUs", () => {
      const one = fitOf().overheadGiBPerGpu;
      // The feed-forward is split, the residual stream is not.
      const split = (2048 * 3 * 12288 * 2) / 2 / GIB;
      assert.ok(Math.abs(fitOf({ gpus: 2 }).overheadGiBPerGpu - (one - split + 0.8)) < 1e-9);
    });

    it("has room for the sampler where it needs more than a layer", () => {
      assert.equal(fitOf({ sequences: 1024 }).overheadGiBPerGpu, (1024 * 151936 * 4 * 3) / GIB + 1.7);
    });
  });

  it("holds no token where not even the weights fit", () => {
    const { kvCacheGiBPerGpu, ...none } = fitOf({ gpu: GPUS.t4 });
    assert.ok(kvCacheGiBPerGpu < 0);
    assert.deepEqual([none.kvCacheTokens, none.fullLengthRequests, none.fits, none.largestContext], [0, 0, false, 0]);
  });

  it("fits exactly up to the largest context", () => {
    assert.equal(fitOf({ context: 19392 }).fits, true);
    assert.equal(fitOf({ context: 19393 }).fits, false);
  });
});

/** Any question that the contract's checks let through. */
const anyInput: fc.Arbitrary<FitInput> = fc.record({
  model: fc.constantFrom(...Object.values(MODELS)),
  precision: fc.constantFrom(...PRECISION_NAMES),
  gpu: fc.constantFrom(...Object.values(GPUS)),
  gpus: fc.constantFrom(1, 2, 4, 8),
  memoryUtilization: fc.double({ min: 0.1, max: 1, noNaN: true }),
  context: fc.integer({ min: 1, max: 262144 }),
  sequences: fc.integer({ min: 1, max: 2048 }),
  batchedTokens: fc.integer({ min: 1, max: 32768 }),
  kvElementBytes: fc.constantFrom(1, 2),
});

function property(name: string, holds: (input: FitInput, other: FitInput) => void): void {
  it(name, () => fc.assert(fc.property(anyInput, anyInput, holds), { numRuns: 500 }));
}

describe("fit for any model, GPU and limits", () => {
  property("more memory never holds fewer tokens", (input, other) => {
    const [less, more] = [input.memoryUtilization, other.memoryUtilization].sort((a, b) => a - b) as [number, number];
    const tokens = (memoryUtilization: number): number => fit({ ...input, memoryUtilization }).kvCacheTokens;
    assert.ok(tokens(less) <= tokens(more));
  });

  property("a larger context never lets more requests of full length run", (input, other) => {
    const [short, long] = [input.context, other.context].sort((a, b) => a - b) as [number, number];
    const requests = (context: number): number => fit({ ...input, context }).fullLengthRequests;
    assert.ok(requests(short) >= requests(long));
  });

  property("more sequences or more tokens a step never hold more tokens", (input, other) => {
    const more = {
      sequences: Math.max(input.sequences, other.sequences),
      batchedTokens: Math.max(input.batchedTokens, other.batchedTokens),
    };
    assert.ok(fit({ ...input, ...more }).kvCacheTokens <= fit(input).kvCacheTokens);
  });

  property("the largest context fits, and 16 tokens more do not unless it is the model's own", (input) => {
    const { largestContext } = fit(input);
    assert.equal(largestContext % 16, 0);
    if (largestContext > 0) assert.ok(fit({ ...input, context: largestContext }).fits);
    if (largestContext + 16 <= input.model.maxContext) {
      assert.ok(!fit({ ...input, context: largestContext + 16 }).fits);
    }
  });

  property("what fits holds at least one request", (input) => {
    const { fits, kvCacheTokens, fullLengthRequests, largestContext } = fit(input);
    assert.equal(fits, fullLengthRequests >= 1);
    if (fits) assert.ok(kvCacheTokens >= Math.floor(input.context / 16) * 16);
    if (fits && input.context <= input.model.maxContext)
      assert.ok(largestContext >= Math.floor(input.context / 16) * 16);
  });
});

describe("smallestMachine", () => {
  it("is the cheapest on which Qwen3-8B fits", () => {
    assert.deepEqual(smallestMachine(CHAT), { gpu: GPUS.l4, gpus: 1, machine: "g6.xlarge", hourlyUsd: 0.8048 });
  });

  it("is a machine with several GPUs where one is not enough", () => {
    assert.deepEqual(smallestMachine({ ...CHAT, model: model("Qwen/Qwen2.5-72B-Instruct") }), {
      ...{ gpu: GPUS["rtx-pro-6000"], gpus: 2, machine: "g7e.12xlarge", hourlyUsd: 8.286 },
    });
  });

  it("leaves GPUs of a machine unused where the heads divide by no more", () => {
    assert.deepEqual(smallestMachine({ ...CHAT, model: { ...model("microsoft/phi-4"), parameters: 120e9 } }), {
      ...{ gpu: GPUS.h200, gpus: 2, machine: "p5en.48xlarge", hourlyUsd: 63.296 },
    });
  });

  it("is of the cloud that is asked for", () => {
    assert.equal(smallestMachine(CHAT, "gcp")?.machine, "g2-standard-4");
    assert.equal(smallestMachine(CHAT, "azure")?.machine, "Standard_NV36ads_A10_v5");
  });

  it("prefers machines with a price, and has none to tell of one without", () => {
    // 8 H200 are the smallest of Google Cloud that hold it beside 8 B200, and neither has a price.
    const choice = smallestMachine({ ...CHAT, model: { ...CHAT.model, parameters: 450e9 } }, "gcp")!;
    assert.deepEqual([choice.gpus, "hourlyUsd" in choice], [8, false]);
  });

  it("is none for a model that no machine holds", () => {
    assert.equal(smallestMachine({ ...CHAT, model: { ...CHAT.model, parameters: 4e12 } }), undefined);
  });

  property("fits, is offered, and is the cheapest of its kind", (input) => {
    const choice = smallestMachine(input);
    if (choice === undefined) return;
    const { gpu, gpus, machine, hourlyUsd } = choice;
    assert.ok(fit({ ...input, gpu, gpus }).fits);
    assert.ok(dividesHeads(input.model, gpus));
    const type = AWS_MACHINES.get(machine)!;
    assert.deepEqual([type.gpu, type.hourlyUsd], [gpu.type, hourlyUsd]);
    assert.ok(type.gpus >= gpus);
    for (const other of AWS_MACHINES.values()) {
      if (other.gpu === gpu.type && other.gpus >= gpus) assert.ok((other.hourlyUsd ?? Infinity) >= hourlyUsd!);
    }
  });
});

describe("dividesHeads", () => {
  const cases: Array<[attentionHeads: number, kvHeads: number, counts: number[]]> = [
    [32, 8, [1, 2, 4, 8]],
    [28, 4, [1, 2, 4]],
    [40, 10, [1, 2]],
    [32, 4, [1, 2, 4, 8]],
    [16, 1, [1, 2, 4, 8]],
  ];
  for (const [attentionHeads, kvHeads, counts] of cases) {
    it(`splits ${attentionHeads} heads with ${kvHeads} KV heads over ${counts.join(", ")}`, () => {
      const heads = { ...CHAT.model, attentionHeads, kvHeads };
      assert.deepEqual(
        [1, 2, 3, 4, 6, 8].filter((gpus) => dividesHeads(heads, gpus)),
        counts,
      );
    });
  }
});
