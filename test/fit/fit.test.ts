import assert from "node:assert/strict";

import fc from "fast-check";

import { dividesHeads, type Fit, fit, type FitInput } from "../../components/fit/fit.js";
import { smallestMachine } from "../../components/fit/smallestMachine.js";
import { GPUS } from "../../components/facts/gpus.js";
import { AWS_MACHINES } from "../../components/facts/machines/aws.js";
import { MODELS } from "../../components/facts/models/catalogue.js";
import { PRECISION_NAMES } from "../../components/facts/precisions.js";

const GIB = 2 ** 30;

/** Qwen3-8B by its heads alone, as a stack's config may state it. */
const QWEN: FitInput["model"] = {
  ...{ parameters: 8_190_735_360, layers: 36, hiddenSize: 4096, intermediateSize: 12288, vocabularySize: 151936 },
  ...{ attentionHeads: 32, kvHeads: 8, headSize: 128, tiedEmbeddings: false, maxContext: 40960 },
};

/** It on one L4, as staging serves it. */
const CHAT: FitInput = {
  model: QWEN,
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
    const { overheadGiBPerGpu, kvCacheGiBPerGpu, largestContext, ...exact } = fitOf();
    const weightsGiB = (8190735360 * 2) / GIB;
    assert.ok(Math.abs(kvCacheGiBPerGpu - (22.03 * 0.9 - weightsGiB - overheadGiBPerGpu)) < 1e-9);
    const blocks = Math.floor((kvCacheGiBPerGpu * GIB) / (16 * 147456));
    // Less one block of 16 tokens, which vLLM keeps.
    assert.equal(largestContext, (blocks - 1) * 16);
    assert.deepEqual(exact, {
      ...{ weightsGiB, weightsGiBPerGpu: weightsGiB, kvBytesPerToken: 147456, kvCacheTokens: blocks * 16 },
      ...{ fullLengthRequests: blocks / 512, fits: true },
    });
  });

  it("is the sum of weights, overhead and KV cache, whatever is asked", () => {
    for (const changes of [{}, { gpus: 4 }, { isEager: true }, { model: model("Qwen/Qwen3-VL-8B-Instruct") }]) {
      const { weightsGiBPerGpu, overheadGiBPerGpu, kvCacheGiBPerGpu } = fitOf(changes);
      assert.ok(Math.abs(weightsGiBPerGpu + overheadGiBPerGpu + kvCacheGiBPerGpu - 22.03 * 0.9) < 1e-9);
    }
  });

  describe("weights", () => {
    it("are 2 bytes a parameter in 16 bits", () => assert.equal(fitOf().weightsGiB * GIB, 8190735360 * 2));

    it("are split over the GPUs", () => {
      const { weightsGiB, weightsGiBPerGpu } = fitOf({ gpus: 4 });
      assert.equal(weightsGiBPerGpu, weightsGiB / 4);
      assert.equal(weightsGiB, fitOf().weightsGiB);
    });

    it("are split over the GPUs of one copy, experts over those of all copies", () => {
      const mixture = model("Qwen/Qwen3-30B-A3B");
      const experts = (mixture.weights!.experts!.parameters * 2) / GIB;
      const [four, two] = [fitOf({ model: mixture, gpus: 4, dataParallel: 2 }), fitOf({ model: mixture, gpus: 2 })];
      assert.ok(Math.abs(two.weightsGiBPerGpu - four.weightsGiBPerGpu - experts / 4) < 1e-9);
    });

    it("have no tower where no prompt may use one", () => {
      const seeing = model("Qwen/Qwen3-VL-8B-Instruct");
      const tower = (seeing.weights!.encoder!.parameters * 2) / GIB;
      const none = fitOf({ model: seeing, items: { images: 0, videos: 0 } });
      assert.ok(Math.abs(fitOf({ model: seeing }).weightsGiBPerGpu - none.weightsGiBPerGpu - tower) < 1e-9);
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
      // Latent: no factor 2, and not divided.
      ["deepseek-ai/DeepSeek-R1-0528", 1, 2, 70272],
      ["deepseek-ai/DeepSeek-R1-0528", 8, 2, 70272],
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

    it("shrink with the context where layers keep a window only, with two steps in flight", () => {
      const gemma = { ...QWEN, layers: 48, kvHeads: 8, headSize: 256, maxContext: 131072 };
      const windows = { ...gemma, slidingWindow: { layers: 40, tokens: 1024 } };
      const layerBytes = 2 * 8 * 256 * 2;
      const long = 131072;
      const bytesOf = (changes: Partial<FitInput>): number =>
        fitOf({ model: windows, context: long, ...changes }).kvBytesPerToken;
      // 8 full layers; 40 that keep the window and the steps, less one token, in blocks, and one block more.
      const bytes = (steps: number): number =>
        8 * layerBytes + (40 * layerBytes * (Math.ceil((1024 - 1 + steps * 2048) / 16) + 1) * 16) / long;
      assert.equal(bytesOf({}), bytes(2));
      for (const changes of [{ isAsync: false }, { isPooling: true }, { version: "0.25.0" }])
        assert.equal(bytesOf(changes), bytes(1));
      assert.equal(bytesOf({ keepsWholeWindows: true }), 48 * layerBytes);
    });

    it("are a draft's, too", () => {
      const draft = { model: QWEN, precision: "bf16" as const, gpus: 1 };
      assert.equal(fitOf({ gpu: GPUS.l40s, draft }).kvBytesPerToken, 2 * 147456);
    });
  });

  describe("a model with states", () => {
    const states = model("Qwen/Qwen3-Next-80B-A3B-Instruct");
    const big = { model: states, gpu: GPUS.h200, gpus: 2, context: 2048 };

    it("holds fewer requests where prompts are kept, of which each then has two states", () => {
      const requests = (isPrefixCached: boolean): number => fitOf({ ...big, isPrefixCached }).fullLengthRequests;
      assert.ok(requests(true) < requests(false));
      assert.equal(fitOf(big).fullLengthRequests, requests(true));
      assert.equal(fitOf({ ...big, version: "0.25.0" }).fits, true);
    });

    it("is refused with more sequences than there are blocks, and the most are told", () => {
      const of = (changes: Partial<FitInput> = {}): Fit =>
        fitOf({ ...big, sequences: 9000, batchedTokens: 9000, ...changes });
      const many = of();
      assert.equal(many.fits, false);
      const { mostSequences = 0 } = many;
      assert.ok(mostSequences > 0);
      assert.equal(fitOf({ ...big, sequences: 16 }).mostSequences, undefined);
      // Without graphs nothing is refused, nor by versions that capture fewer graphs instead.
      for (const changes of [{ isEager: true }, { version: "0.18.0" }])
        assert.equal(
          fitOf({ ...big, sequences: 100_000, batchedTokens: 100_000, ...changes }).mostSequences,
          undefined,
        );
    });
  });

  it("runs as many requests as it may of a model that keeps nothing", () => {
    const { fits, fullLengthRequests, kvBytesPerToken, largestContext } = fitOf({
      model: model("BAAI/bge-m3"),
      ...{ isPooling: true, context: 8192, batchedTokens: 8192 },
    });
    assert.deepEqual([fits, fullLengthRequests, kvBytesPerToken, largestContext > 0], [true, 16, 0, true]);
  });

  it("holds no token where not even the weights fit", () => {
    const { kvCacheGiBPerGpu, ...none } = fitOf({ gpu: GPUS.t4 });
    assert.ok(kvCacheGiBPerGpu < 0);
    assert.deepEqual([none.kvCacheTokens, none.fullLengthRequests, none.fits, none.largestContext], [0, 0, false, 0]);
  });

  it("fits exactly up to the largest context", () => {
    const { largestContext } = fitOf();
    assert.equal(fitOf({ context: largestContext }).fits, true);
    assert.equal(fitOf({ context: largestContext + 1 }).fits, false);
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

/** A text encoder runs as many requests as it may, whatever its memory. */
function keepsNothing({ model: { attention } }: FitInput): boolean {
  return attention?.length === 0;
}

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
    const [ofShort, ofLong] = [fit({ ...input, context: short }), fit({ ...input, context: long })];
    // Of longer items an encoder's trial run may hold fewer, which leaves more memory.
    if (ofShort.overheadGiBPerGpu > ofLong.overheadGiBPerGpu) return;
    assert.ok(ofShort.fullLengthRequests >= ofLong.fullLengthRequests);
  });

  property("more sequences or more tokens a step never hold more tokens", (input, other) => {
    if (keepsNothing(input)) return;
    const more = {
      sequences: Math.max(input.sequences, other.sequences),
      batchedTokens: Math.max(input.batchedTokens, other.batchedTokens),
    };
    assert.ok(fit({ ...input, ...more }).kvCacheTokens <= fit(input).kvCacheTokens);
  });

  property("the largest context fits, and 16 tokens more do not unless it is the model's own", (input) => {
    const { largestContext, mostSequences } = fit(input);
    const most = Math.max(input.model.maxContext, input.context);
    const isAsked = largestContext === input.context;
    assert.ok(largestContext % 16 === 0 || largestContext === most || isAsked);
    if (mostSequences !== undefined) return;
    if (largestContext > 0) assert.ok(fit({ ...input, context: largestContext }).fits);
    // The context asked for may fit where shorter ones do not: of longer items an encoder's trial run may hold fewer.
    if (largestContext + 16 <= most && !isAsked) assert.ok(!fit({ ...input, context: largestContext + 16 }).fits);
  });

  property("what fits holds at least one request", (input) => {
    const { fits, kvCacheTokens, fullLengthRequests, largestContext } = fit(input);
    if (fits) assert.ok(fullLengthRequests >= 1);
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
    assert.deepEqual(
      smallestMachine({ ...CHAT, model: { ...QWEN, attentionHeads: 40, kvHeads: 10, parameters: 120e9 } }),
      {
        ...{ gpu: GPUS.h200, gpus: 2, machine: "p5en.48xlarge", hourlyUsd: 63.296 },
      },
    );
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
      const heads = { attentionHeads, kvHeads };
      assert.deepEqual(
        [1, 2, 3, 4, 6, 8].filter((gpus) => dividesHeads(heads, gpus)),
        counts,
      );
    });
  }

  it("goes by the heads of every kind of layer, and by none of latent attention", () => {
    const full = { kind: "full" as const, layers: 1, headSize: 128 };
    const of = (attention: FitInput["model"]["attention"]) =>
      [1, 2, 3, 4, 8].filter((gpus) => dividesHeads({ attentionHeads: 24, kvHeads: 24, attention }, gpus));
    assert.deepEqual(of([{ ...full, kvHeads: 4 }]), [1, 2, 4, 8]);
    assert.deepEqual(
      of([
        { ...full, kvHeads: 4 },
        { ...full, kvHeads: 6 },
      ]),
      [1, 2],
    );
    assert.deepEqual(of([{ kind: "latent", layers: 1, width: 576 }]), [1, 2, 3, 4, 8]);
  });
});
