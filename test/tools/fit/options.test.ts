import assert from "node:assert/strict";

import { fitOptions } from "../../../tools/fit/options.js";
import type { Typed } from "../../../tools/fit/texts.js";
import { GPU_TYPES, GPUS } from "../../../components/facts/gpus.js";
import { didYouMean, listOr } from "../../../components/config/problems.js";
import { PRECISION_NAMES } from "../../../components/facts/precisions.js";
import { NEWEST_VERSION } from "../../../components/facts/vllm/versions.js";

function problemsOf(typed: Typed): string[] {
  return fitOptions(typed).problems.map(({ path, message }) => `${path}: ${message}`);
}

describe("fitOptions", () => {
  it("has defaults for everything that is left out", () => {
    const { options, problems } = fitOptions({});
    assert.deepEqual(problems, []);
    assert.deepEqual(Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)), {
      ...{ memoryUtilization: 0.9, kvCacheType: "auto", version: NEWEST_VERSION.version, isAll: false, form: "table" },
      reading: { task: undefined, modelType: undefined },
      server: { isEager: false, isExpertParallel: false },
    });
  });

  it("reads every option", () => {
    const { options, problems } = fitOptions({
      ...{
        gpu: ["l4,a10g", "h100"],
        count: ["1, 2"],
        cloud: ["gcp"],
        context: ["8192"],
        sequences: ["64"],
        batched: ["2048"],
      },
      ...{
        utilization: ["0.92"],
        precision: ["fp8"],
        "kv-cache-dtype": ["fp8"],
        vllm: ["0.30.0"],
        images: ["1"],
        videos: ["0"],
      },
      ...{
        "data-parallel": ["1"],
        "block-size": ["128"],
        loras: ["2"],
        "lora-rank": ["32"],
        draft: ["a/b"],
        "draft-tokens": ["3"],
      },
      ...{ revision: ["main"], task: ["embed"], "model-type": ["llama"], plot: ["a.svg"] },
      ...{ eager: true, "expert-parallel": true, all: true, json: true, architecture: false },
    });
    assert.deepEqual(problems, []);
    assert.deepEqual(options, {
      ...{ gpus: [GPUS.l4, GPUS.a10g, GPUS.h100], counts: [1, 2], clouds: ["gcp"], context: 8192, sequences: 64 },
      ...{ batchedTokens: 2048, memoryUtilization: 0.92, precision: "fp8", kvCacheType: "fp8", version: "0.30.0" },
      server: {
        ...{ isEager: true, isExpertParallel: true, dataParallel: 1, blockTokens: 128, draftTokens: 3 },
        ...{ items: { images: 1, videos: 0 }, lora: { adapters: 2, rank: 32 } },
      },
      ...{ draft: "a/b", revision: "main", reading: { task: "embed", modelType: "llama" } },
      ...{ isAll: true, form: "json", plot: "a.svg" },
    });
  });

  const versions: [text: string, version: string | undefined][] = [
    ...["0.30.0", "0.8.0", "0.19.1rc1", "0.8.5.post1", "1.2.3"].map((text): [string, string] => [text, text]),
    ...[
      ["0.30", "0.30.0"],
      ["v0.18.0", "0.18.0"],
      ["0.9.2.dev143+g12ab", "0.9.2.dev143"],
    ].map(([a, b]): [string, string] => [a!, b!]),
    ...["latest", "0", "0.7.3", "0.30.x", "0.30.0; rm", "2026-02"].map((text): [string, undefined] => [
      text,
      undefined,
    ]),
  ];
  for (const [text, version] of versions) {
    it(`${version === undefined ? "refuses" : "takes"} ${text} as a version`, () => {
      const { options, problems } = fitOptions({ vllm: [text] });
      if (version !== undefined) assert.deepEqual([problems, options.version], [[], version]);
      else
        assert.match(
          problems[0]!.message,
          /is not a version of vLLM: use three numbers|is older than .*: use 0\.8\.0 or later/,
        );
    });
  }

  it("says every problem at once, each with what was got and what is allowed", () => {
    assert.deepEqual(
      problemsOf({
        ...{ gpu: ["l5"], count: ["0,1.5"], cloud: ["ibm"], context: ["1e4"], sequences: ["-1"], batched: ["two"] },
        ...{
          utilization: ["90"],
          precision: ["fp7"],
          "lora-rank": ["8"],
          images: [""],
          eager: true,
          json: true,
          architecture: true,
        },
      }),
      [
        `--gpu: "l5" is not a GPU type: use ${listOr(GPU_TYPES)}; did you mean l4 or t4?`,
        '--count: "0" is not a whole number in bounds: use 1 to 1024 GPUs',
        '--count: "1.5" is not a whole number in bounds: use 1 to 1024 GPUs',
        '--cloud: "ibm" is not a cloud: use aws, gcp or azure',
        '--context: "1e4" is not a whole number in bounds: use 1 to 100000000 tokens',
        '--sequences: "-1" is not a whole number in bounds: use 1 to 1000000 requests',
        '--batched: "two" is not a whole number in bounds: use 1 to 100000000 tokens',
        '--utilization: "90" is not a number in bounds: use 0.1 to 1 of each GPU\'s memory',
        `--precision: "fp7" is not a precision: use ${listOr(PRECISION_NAMES)}${didYouMean("fp7", PRECISION_NAMES)}`,
        "--images: is empty: give a value, or leave it out",
        "--lora-rank: is the rank of adapters, and none is loaded: give --loras, too",
        "--architecture: prints a block of YAML, and --json asks for rows: give one of the two",
      ],
    );
  });

  it("refuses what is given twice, and lists with holes", () => {
    assert.deepEqual(problemsOf({ context: ["1", "2"], gpu: ["l4", "l4"], count: ["1,,2"] }), [
      '--gpu: "l4" is given twice: leave one out',
      '--count: "1,,2" has an empty part: separate values by single commas',
      '--context: is given 2 times, as "1" and "2": give it once',
    ]);
  });

  it("refuses values that contradict each other", () => {
    assert.deepEqual(problemsOf({ sequences: ["64"], batched: ["32"], count: ["1,2,4"], "data-parallel": ["2"] }), [
      "--batched: 32 is less than --sequences 64, and vLLM refuses that: use 64 or more",
      "--count: 1 GPU cannot be shared by --data-parallel 2: use a multiple of it",
    ]);
  });
});
