import assert from "node:assert/strict";

import { listOr } from "../../components/config/problems.js";
import { KNOWN_VERSIONS } from "../../components/facts/vllm/versions.js";
import { cataloguedShape } from "../../components/derive/model.js";
import { fitInput } from "../../components/derive/memory/fitInput.js";
import { fit } from "../../components/fit/fit.js";
import { type Changes, contract, contractProblems, DIGEST, R1, releaseProblems } from "../contract/fixtures.js";

type Cases = Array<[name: string, changes: Changes, problem: string]>;

function refuses(cases: Cases): void {
  for (const [name, changes, problem] of cases) {
    it(name, () => assert.deepEqual(releaseProblems(changes), [`error ${R1}.${problem}`]));
  }
}

const UNPINNED = "is not pinned: use a version tag with its digest, name:tag@sha256:…";
const NO_IMAGE = "is not an image reference: use name:tag@sha256:…";
const flag = (value: unknown): unknown => ({ value, reason: "x" });

describe("the image", () => {
  const repository = "vllm/vllm-openai";
  for (const tag of ["", ":latest", ":nightly", ":v0.30.0-nightly", ":main"]) {
    const image = repository + tag;
    it(`is refused as unpinned: ${image}`, () => {
      assert.deepEqual(releaseProblems({ image }), [`error ${R1}.image: "${image}" ${UNPINNED}`]);
    });
  }

  for (const image of ["", "vllm/vllm openai:v0.30.0", "vllm/VLLM:v0.30.0", `${repository}@sha256:0b`]) {
    it(`is refused as no reference: "${image}"`, () => {
      assert.deepEqual(releaseProblems({ image }), [`error ${R1}.image: "${image}" ${NO_IMAGE}`]);
    });
  }

  it("warns that flags were not checked for a version without a table", () => {
    assert.deepEqual(releaseProblems({ image: `${repository}:v0.34.0@${DIGEST}`, "flags/no-such": flag(1) }), [
      `warning ${R1}.flags: names and values were not checked: there is no flag table for vLLM 0.34.0 (tables: ${listOr(KNOWN_VERSIONS)})`,
    ]);
  });

  it("warns that flags were not checked for a digest without a tag", () => {
    assert.deepEqual(releaseProblems({ image: `${repository}@${DIGEST}`, "flags/no-such": flag(1) }), [
      `warning ${R1}.flags: names and values were not checked: the image's tag names no vLLM version (tables: ${listOr(KNOWN_VERSIONS)}), ` +
        "and it has to have --max-num-queued-reqs (0.29.0) and --shutdown-timeout (0.18.0): set vllmVersion",
    ]);
  });

  for (const image of ["ghcr.io/llm-d/llm-d:v0.2.0", "acme/vllm:1.4.2"]) {
    it(`takes the tag of ${image} for no version of vLLM, which vllmVersion states`, () => {
      const pinned = `${image}@${DIGEST}`;
      assert.match(releaseProblems({ image: pinned }).join(), /^warning [^,]*: the image's tag names no vLLM version/);
      assert.deepEqual(releaseProblems({ image: pinned, vllmVersion: "0.32.0" }), []);
      assert.deepEqual(releaseProblems({ image: pinned, vllmVersion: "0.32.0", "flags/no-such": flag(1) }), [
        `error ${R1}.flags.no-such: vLLM 0.32.0 has no flag --no-such`,
      ]);
    });
  }

  it("is refused where its version lacks the contract's own flags, also without a table", () => {
    assert.deepEqual(
      releaseProblems({ image: `${repository}:v0.11.0@${DIGEST}` }).filter((line) => line.startsWith("error")),
      [
        `error ${R1}.flags: vLLM 0.11.0 has no --max-num-queued-reqs, by which the contract decides concurrency.inFlight: use an image of 0.29.0 or later`,
        `error ${R1}.flags: vLLM 0.11.0 has no --shutdown-timeout, by which the contract decides drainSeconds of the model: use an image of 0.18.0 or later`,
      ],
    );
  });

  it("may state the version that its tag names, and no other", () => {
    assert.deepEqual(releaseProblems({ vllmVersion: "0.30.0" }), []);
    assert.deepEqual(releaseProblems({ vllmVersion: "0.32.0" }), [
      `error ${R1}.vllmVersion: "0.32.0" is not what the image's tag names, which is 0.30.0: leave vllmVersion out`,
    ]);
    assert.deepEqual(
      releaseProblems({ vllmVersion: "v0.30" }).map((line) => line.split(": ")[0]),
      [`error ${R1}.vllmVersion`],
    );
  });

  it("has its flags checked against the table of its own version", () => {
    const changes = { "flags/tool-strict-level": flag("auto") };
    assert.deepEqual(releaseProblems({ ...changes, image: `${repository}:v0.32.0@${DIGEST}` }), []);
    assert.deepEqual(releaseProblems(changes), [
      `error ${R1}.flags.tool-strict-level: vLLM 0.30.0 has no flag --tool-strict-level`,
    ]);
  });

  it("has flags checked against the newest table while it is unpinned", () => {
    assert.deepEqual(releaseProblems({ image: repository, "flags/tool-strict-level": flag("atuo") }), [
      `error ${R1}.image: "${repository}" ${UNPINNED}`,
      `error ${R1}.flags.tool-strict-level.value: "atuo" is not allowed: use auto, function or parameter; did you mean auto?`,
    ]);
  });
});

describe("flags of a contract", () => {
  for (const [name, value] of [
    ["speculative-config", { method: "ngram" }],
    ["cpu-offload-gb", 4],
  ] as const) {
    it(`warns that the fit does not count the memory of ${name}`, () => {
      assert.deepEqual(releaseProblems({ [`flags/${name}`]: flag(value) }), [
        `warning ${R1}.flags.${name}: the fit does not count the memory of this flag: leave room for it`,
      ]);
    });
  }
});

describe("environment variables of a contract", () => {
  const owned = "the contract sets this variable itself: leave it out";
  const secret = "looks like a secret, and a contract is plain text: keep it in a Secret";
  refuses([
    ["refuses one of the contract's own", { "env/HOME": flag("/root") }, `env.HOME: ${owned}`],
    ["refuses the key of the API", { "env/VLLM_API_KEY": flag("k") }, `env.VLLM_API_KEY: ${owned}`],
    ["refuses the hub's token", { "env/HF_TOKEN": flag("hf_") }, `env.HF_TOKEN: ${owned}`],
    [
      "refuses what looks like a secret",
      { "env/AWS_SECRET_ACCESS_KEY": flag("k") },
      `env.AWS_SECRET_ACCESS_KEY: ${secret}`,
    ],
  ]);

  it("takes others, and the path of a secret", () => {
    const changes = { "env/NCCL_DEBUG": flag("INFO"), "env/TOKEN_FILE": flag("/run/token") };
    assert.deepEqual(releaseProblems(changes), []);
  });
});

describe("concurrency", () => {
  refuses([
    [
      "refuses fewer in flight than run at once",
      { "concurrency/inFlight": 15 },
      "concurrency.inFlight: 15 is less than sequences 16, which then never run: use 16 or more",
    ],
    [
      "refuses fewer tokens a step than sequences",
      { "concurrency/batchedTokens": 15 },
      "concurrency.batchedTokens: 15 is less than sequences 16, and vLLM refuses that: use 16 or more",
    ],
    [
      "refuses more sequences than the default tokens a step",
      { concurrency: { sequences: 2049, inFlight: 2049 } },
      "concurrency.batchedTokens: 2048 is less than sequences 2049, and vLLM refuses that: use 2049 or more",
    ],
  ]);

  it("takes as many in flight, and as many tokens, as sequences", () => {
    assert.deepEqual(releaseProblems({ concurrency: { sequences: 16, inFlight: 16, batchedTokens: 16 } }), []);
  });
});

describe("tensor parallelism", () => {
  refuses([
    [
      "refuses a count that does not divide the attention heads",
      { "gpu/count": 3 },
      "gpu.count: 3 does not divide the model's 32 attention heads: use 1, 2, 4 or 8",
    ],
    [
      "offers only the counts that divide",
      { "gpu/count": 8, "model/id": "Qwen/Qwen2.5-7B-Instruct" },
      "gpu.count: 8 does not divide the model's 28 attention heads: use 1, 2 or 4",
    ],
    [
      "refuses a count that neither divides nor is divided by the KV heads",
      { "gpu/count": 4, "model/id": "microsoft/phi-4" },
      "gpu.count: 4 does not divide the model's 10 KV heads: use 1 or 2",
    ],
  ]);
});

describe("precision", () => {
  const published = (as: string, other: string): string =>
    `is published in ${as}, which vLLM cannot load as ${other}: use ${as}, or a model published in ${other}`;
  refuses([
    [
      "refuses what the GPU cannot compute",
      { "gpu/type": "t4" },
      "model.precision: bf16 needs CUDA compute capability 8.0, the T4 has 7.5: use fp16, fp8, mxfp8, int8, awq-int4, " +
        "gptq-int4, int4, int4-experts or nvfp4, or another GPU",
    ],
    [
      "refuses 16 bits of a 4-bit checkpoint",
      { "model/id": "Qwen/Qwen3-8B-AWQ", "model/precision": "bf16" },
      `model.precision: Qwen/Qwen3-8B-AWQ ${published("awq-int4", "bf16")}`,
    ],
    [
      "refuses 4 bits of a 16-bit checkpoint",
      { "model/precision": "awq-int4" },
      `model.precision: Qwen/Qwen3-8B ${published("bf16", "awq-int4")}`,
    ],
    [
      "refuses to quantise to 16 bits",
      { "model/quantizeAtLoad": true },
      "model.precision: vLLM cannot make bf16 as it loads: use fp8 or mxfp8, or a model published in bf16",
    ],
    [
      "refuses to quantise to 4 bits",
      { "model/id": "Qwen/Qwen3-8B-AWQ", "model/quantizeAtLoad": true },
      "model.precision: vLLM cannot make awq-int4 as it loads: use fp8 or mxfp8, or a model published in awq-int4",
    ],
  ]);

  for (const [precision, since] of [
    ["bnb-4bit", "0.29.0"],
    ["gguf-q4_k_m", "0.24.0"],
  ]) {
    it(`refuses what the version of vLLM has no more: ${precision}`, () => {
      const model = {
        "model/id": "acme/model",
        "model/architecture": cataloguedShape("Qwen/Qwen3-8B"),
        "model/precision": precision,
      };
      assert.deepEqual(releaseProblems(model), [
        `error ${R1}.model.precision: vLLM 0.30.0 has no ${precision}, which was dropped by ${since}: use the model in another precision, ` +
          "such as a variant in fp8, int4 or awq-int4",
      ]);
    });
  }

  it("takes what the GPU can just compute", () => {
    assert.deepEqual(releaseProblems({ "model/id": "Qwen/Qwen3-8B-AWQ", "gpu/type": "t4" }), []);
  });

  for (const precision of ["bf16", "fp16", "fp8"]) {
    it(`takes ${precision} of a 16-bit checkpoint`, () => {
      assert.deepEqual(releaseProblems({ "model/precision": precision }), []);
    });
  }
});

describe("the tokenizer", () => {
  refuses([
    [
      "of another repository needs its revision",
      { "model/tokenizer": "acme/tokenizer" },
      'model.tokenizerRevision: is missing: "acme/tokenizer" is another repository, so give its commit',
    ],
  ]);

  it("needs none where it is the model's own", () => {
    assert.deepEqual(releaseProblems({ "model/tokenizer": "Qwen/Qwen3-8B" }), []);
  });
});

describe("the context", () => {
  const weights = "15.3 GiB of bf16 weights and an estimated 1.0 GiB of overhead";
  refuses([
    [
      "refuses more than the model was made for",
      { context: 40961 },
      "context: 40961 is more than the 40960 tokens that Qwen/Qwen3-8B was made for: use at most 40960, or, where the model's card says that it may be stretched, YaRN: flags: { hf-overrides: { value: { rope_parameters: { rope_type: yarn, factor: 2, original_max_position_embeddings: 40960, rope_theta: <as in config.json> } }, reason: … } }",
    ],
    [
      "refuses a context that does not fit once, naming the largest that would",
      { context: 40960 },
      `context: 40960 tokens do not fit once on 1 × l4: after ${weights}, 3.6 GiB of KV cache hold 26192 tokens: ` +
        "use at most 26192; for 40960 the smallest machine that would do is g6e.xlarge with 1 × l40s, $1.861/h",
    ],
    [
      "names sizes a GPU where there are several",
      {
        "model/id": "Qwen/Qwen2.5-72B-Instruct",
        "gpu/type": "l40s",
        "gpu/count": 4,
        "gpu/memoryUtilization": 0.82,
        context: 32768,
      },
      "context: 32768 tokens do not fit once on 4 × l40s: after 33.9 GiB of bf16 weights and an estimated 1.2 GiB of overhead, " +
        "1.3 GiB a GPU of KV cache hold 17472 tokens: use at most 17472; for 32768 the smallest machine that would do is " +
        "g7e.12xlarge with 2 × rtx-pro-6000, $8.286/h",
    ],
    [
      "refuses weights that do not fit",
      { "model/id": "Qwen/Qwen2.5-72B-Instruct" },
      "gpu: Qwen/Qwen2.5-72B-Instruct does not fit on 1 × l4: 135.4 GiB of bf16 weights and an estimated 1.3 GiB of overhead " +
        "leave no KV cache in 19.8 GiB; the smallest machine that would do is g7e.12xlarge with 2 × rtx-pro-6000, $8.286/h",
    ],
    [
      "refuses weights that do not fit on several GPUs",
      { "model/id": "Qwen/Qwen2.5-72B-Instruct", "gpu/count": 4 },
      "gpu: Qwen/Qwen2.5-72B-Instruct does not fit on 4 × l4: 33.9 GiB of bf16 weights and an estimated 1.2 GiB of overhead " +
        "leave no KV cache in 19.8 GiB a GPU; the smallest machine that would do is g7e.12xlarge with 2 × rtx-pro-6000, $8.286/h",
    ],
  ]);

  it("says so where no machine is large enough", () => {
    const { model, resources } = contract();
    const architecture = { ...model.architecture, parameters: 4e12 };
    const disk = { ...resources, diskGiB: 9000 };
    assert.deepEqual(contractProblems({ model: { ...model, architecture }, resources: disk }), [
      `error ${R1}.gpu: Qwen/Qwen3-8B does not fit on 1 × l4: 7450.6 GiB of bf16 weights and an estimated 1.0 GiB of overhead ` +
        "leave no KV cache in 19.8 GiB; no machine of the tables would do",
    ]);
  });

  it("takes exactly the largest that is named", () => {
    assert.deepEqual(releaseProblems({ context: 26192 }), []);
    assert.equal(releaseProblems({ context: 26193 }).length, 1);
  });

  it("may pass the model's own by overriding the model's config", () => {
    const changes = { context: 65536, "gpu/type": "l40s", "flags/hf-overrides": flag({ rope_scaling: { factor: 2 } }) };
    assert.deepEqual(releaseProblems(changes), []);
  });

  it("is not judged by a fit that rests on another mistake", () => {
    assert.deepEqual(releaseProblems({ context: 40960, "gpu/count": 3 }), [
      `error ${R1}.gpu.count: 3 does not divide the model's 32 attention heads: use 1, 2, 4 or 8`,
    ]);
  });
});

describe("fitInput", () => {
  it("asks what the contract says", () => {
    const chat = contract();
    assert.deepEqual(fitInput(chat), {
      model: chat.model.architecture,
      ...{
        precision: "bf16",
        gpu: { type: "l4", name: "L4", cudaGiB: 22.03, computeCapability: 8.9, resource: "nvidia.com/gpu" },
        gpus: 1,
        memoryUtilization: 0.9,
      },
      ...{ context: 8192, sequences: 16, batchedTokens: 2048, kvElementBytes: 2 },
      ...{ version: "0.30.0", isPooling: false, isPrefixCached: true },
    });
  });

  for (const [type, bytes] of [
    ["auto", 2],
    ["bfloat16", 2],
    ["fp8", 1],
    ["fp8_e4m3", 1],
    ["int8_per_token_head", 1 + 4 / 128],
    ["int4_per_token_head", 0.5 + 4 / 128],
    ["turboquant_k8v4", 196 / 256],
    ["turboquant_3bit_nc", 102 / 256],
    ["nvfp4", 0.5625],
    ["no such type", 2],
  ] as const) {
    it(`counts ${bytes} byte(s) an element of a KV cache of ${type}`, () => {
      const flags = { "kv-cache-dtype": { value: type, reason: "x" } };
      assert.equal(fitInput({ ...contract(), flags }).kvElementBytes, bytes);
    });
  }
});

describe("fitInput", () => {
  it("doubles the tokens of an 8-bit KV cache", () => {
    assert.equal(fit(fitInput(contract())).kvBytesPerToken, 147456);
    assert.equal(fit(fitInput(contract({ "flags/kv-cache-dtype": flag("fp8") }))).kvBytesPerToken, 73728);
  });
});

describe("the KV cache's type and the precision", () => {
  for (const [gpu, type, least] of [
    ["t4", "fp8", "8.0"],
    ["a10g", "fp8_per_token_head", "8.9"],
    ["h100", "nvfp4_4over6", "10.0 and below 11.0"],
    ["rtx-pro-6000", "nvfp4_4over6", "10.0 and below 11.0"],
  ] as const) {
    it(`are refused on a GPU that cannot: ${type} on ${gpu}`, () => {
      const changes = { "gpu/type": gpu, "model/precision": "fp16", "flags/kv-cache-dtype": flag(type) };
      const [problem = ""] = releaseProblems({ ...changes, context: 1024 });
      assert.ok(
        problem.startsWith(`error ${R1}.flags.kv-cache-dtype.value: ${type} needs CUDA compute capability ${least}`),
      );
      assert.match(problem, /: use auto, float16, .* or another GPU$/);
    });
  }

  it("are never fp16 for Gemma 3, neither stated nor offered", () => {
    const gemma = { "model/id": "google/gemma-3-12b-it" };
    const all = releaseProblems({ ...gemma, "gpu/type": "t4" }).join("\n");
    assert.match(all, /bf16 needs CUDA compute capability 8\.0/);
    assert.doesNotMatch(all, /fp16/);
    assert.ok(
      releaseProblems({ ...gemma, "model/precision": "fp16", "gpu/type": "l40s" }).includes(
        `error ${R1}.model.precision: vLLM refuses google/gemma-3-12b-it in fp16, which its numbers leave the range of: use bf16`,
      ),
    );
  });
});
