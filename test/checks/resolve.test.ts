import assert from "node:assert/strict";

import fc from "fast-check";

import { resolveModels } from "../../components/checks/resolve.js";
import { listOr } from "../../components/config/problems.js";
import { GPU_TYPES } from "../../components/facts/gpus.js";
import { NEWEST_VERSION } from "../../components/facts/vllm/versions.js";
import {
  AT,
  chatModel,
  IMAGE,
  lines,
  models,
  problemsOf,
  R1,
  release,
  releaseProblems,
  REVISION,
} from "../contract/fixtures.js";

const MODEL_KEY =
  "is not a model's key: use up to 40 lower-case letters, digits and dashes, first a letter, last no dash";
const RELEASE_NAME = "is not a release name: use a letter, then up to 11 letters and digits, such as r1";

describe("resolveModels", () => {
  it("gives every model with its releases in the config's order", () => {
    const { models: served, problems } = resolveModels(models({ "chat/releases/a2": release() }), AT);
    assert.deepEqual(problems, []);
    assert.equal(served.length, 1);
    const { releases, ...chat } = served[0]!;
    assert.deepEqual(chat, {
      name: "chat",
      class: "interactive",
      servedNames: ["chat", "qwen3-8b"],
      route: { stable: "r1" },
      warmSpares: 0,
      autoscaling: { min: 1, max: 3, targetUtilization: 0.75 },
      drainSeconds: 120,
    });
    assert.deepEqual([...releases.keys()], ["r1", "a2"]);
    assert.equal(releases.get("a2")?.release, "a2");
  });

  describe("refuses what holds no model", () => {
    const wrong: Array<[unknown, string]> = [
      [undefined, "is missing: give an object such as { <name>: … }"],
      [{}, "is empty: describe at least one model"],
      [[], "[] is a list: use an object such as { <name>: … }"],
      ["chat", '"chat" is text: use an object such as { <name>: … }'],
      [7, "7 is a number: use an object such as { <name>: … }"],
    ];
    for (const [input, message] of wrong) {
      it(JSON.stringify(input) ?? "nothing", () => {
        assert.deepEqual(lines(resolveModels(input, AT).problems), [`error ${AT}: ${message}`]);
      });
    }
  });

  describe("names", () => {
    for (const key of ["Chat", "9chat", "chat-", "c_hat", "a".repeat(41)]) {
      it(`refuses the model's key ${key}`, () => {
        assert.deepEqual(problemsOf({ chat: undefined, [key]: chatModel() }), [
          `error ${AT}.${key}: "${key}" ${MODEL_KEY}`,
        ]);
      });
    }

    it("quotes a key that is no plain name", () => {
      assert.deepEqual(problemsOf({ chat: undefined, "my chat": chatModel() }), [
        `error ${AT}["my chat"]: "my chat" ${MODEL_KEY}`,
      ]);
    });

    it("takes the longest legal names", () => {
      const name = "a".repeat(40);
      const longest = { ...chatModel(), route: { stable: "r".repeat(12) }, releases: { ["r".repeat(12)]: release() } };
      assert.deepEqual(problemsOf({ chat: undefined, [name]: longest }), []);
    });

    for (const name of ["R1", "r-1", "1r", "r".repeat(13)]) {
      it(`refuses the release name ${name}`, () => {
        assert.deepEqual(problemsOf({ [`chat/releases/${name}`]: release() }), [
          `error ${AT}.chat.releases.${name}: "${name}" ${RELEASE_NAME}`,
        ]);
      });
    }
  });

  describe("shape of the model", () => {
    it("asks for the architecture of a model it does not know", () => {
      assert.deepEqual(releaseProblems({ "model/id": "acme/assistant" }), [
        `error ${R1}.model.architecture: is missing, and "acme/assistant" is not in the catalogue. Give the shape from the model's config.json`,
      ]);
    });

    it("suggests the models of nearly the same name", () => {
      assert.deepEqual(releaseProblems({ "model/id": "microsoft/phi4" }), [
        `error ${R1}.model.architecture: is missing, and "microsoft/phi4" is not in the catalogue; did you mean microsoft/phi-4? ` +
          "Give the shape from the model's config.json",
      ]);
    });

    it("takes a model it does not know by its architecture", () => {
      const architecture = {
        ...{ parameters: 1_000_000_000, layers: 16, hiddenSize: 2048, intermediateSize: 8192, attentionHeads: 16 },
        ...{ kvHeads: 4, headSize: 128, vocabularySize: 32000, maxContext: 16384 },
      };
      const resolved = resolveModels(
        models({ "chat/releases/r1/model": { id: "acme/assistant", revision: REVISION, architecture } }),
        AT,
      );
      assert.deepEqual(resolved.problems, []);
      assert.deepEqual(resolved.models[0]?.releases.get("r1")?.model, {
        id: "acme/assistant",
        revision: REVISION,
        tokenizer: "acme/assistant",
        tokenizerRevision: REVISION,
        task: "generate",
        precision: "bf16",
        quantizeAtLoad: false,
        gated: false,
        architecture: { ...architecture, tiedEmbeddings: false },
      });
    });
  });

  it("reports every problem of two models at once", () => {
    const bad = {
      chat: {
        class: "interactve",
        servedNames: ["assistant"],
        route: { stable: "r2" },
        releases: {
          r1: {
            model: { id: "Qwen/Qwen3-8B", revision: "main" },
            image: "vllm/vllm-openai:latest",
            gpu: { type: "l4", count: 3 },
            context: 100000,
            concurrency: { sequences: 64, inFlight: 16 },
            flags: {
              "max-model-len": { value: 1, reason: "x" },
              "enable-prefix-cachin": { value: true, reason: "x" },
              seed: { value: 1 },
            },
            env: { HF_TOKEN: { value: "hf_x", reason: "x" } },
          },
        },
        autoscaling: { min: 0, max: 2 },
        drainSecond: 5,
      },
      "chat-r1": {
        class: "batch",
        servedNames: ["assistant"],
        route: { stable: "r1" },
        releases: {
          r1: { ...release(), model: { id: "acme/x", revision: REVISION }, context: "8k" },
          "r-2": { ...release(), gpu: { type: "l5" } },
        },
        autoscaling: { min: 3, max: 1 },
      },
    };
    const r1 = `error ${AT}.chat.releases.r1`;
    const other = `error ${AT}.chat-r1`;
    assert.deepEqual(lines(resolveModels(bad, AT).problems), [
      `error ${AT}.chat.class: "interactve" is not allowed: use interactive, batch or experimental; did you mean interactive?`,
      `error ${AT}.chat.drainSecond: unknown key; did you mean drainSeconds? Allowed: class, servedNames, apiKey, route, releases, autoscaling, drainSeconds, warmSpares, slo, load, gateway or pod`,
      `error ${AT}.chat.route.stable: there is no release "r2": use r1`,
      `error ${AT}.chat.autoscaling.min: 0 needs activation: without a pod vLLM's metrics are gone, so a metric from outside, such as the gateway's request rate, has to wake it; set gateway.fromZero where the stack has a gateway, autoscaling.activation.query, or min to 1`,
      `${r1}.model.revision: "main" is not a commit: branches and tags move, so use the commit's 40 lower-case hex digits`,
      `${r1}.flags.seed.reason: is missing: give text`,
      `${r1}.image: "vllm/vllm-openai:latest" is not pinned: use a version tag with its digest, name:tag@sha256:…`,
      `${r1}.flags.max-model-len: the contract decides --max-model-len: set context`,
      `${r1}.flags.enable-prefix-cachin: vLLM ${NEWEST_VERSION.version} has no flag --enable-prefix-cachin; did you mean enable-prefix-caching?`,
      `${r1}.env.HF_TOKEN: the contract sets this variable itself: leave it out`,
      `${r1}.concurrency.inFlight: 16 is less than sequences 64, which then never run: use 64 or more`,
      `${r1}.gpu.count: 3 does not divide the model's 32 attention heads: use 1, 2, 4 or 8`,
      `${r1}.context: 100000 is more than the 40960 tokens that Qwen/Qwen3-8B was made for: use at most 40960, or, where the model's card says that it may be stretched, YaRN: flags: { hf-overrides: { value: { rope_parameters: { rope_type: yarn, factor: 3, original_max_position_embeddings: 40960, rope_theta: <as in config.json> } }, reason: … } }`,
      `${other}.autoscaling.min: 3 is more than max 1: use at most 1`,
      `${other}.releases.r1.context: "8k" is text: use a number`,
      `${other}.releases.r1.model.architecture: is missing, and "acme/x" is not in the catalogue. Give the shape from the model's config.json`,
      `${other}.releases.r-2: "r-2" ${RELEASE_NAME}`,
      `${other}.releases.r-2.gpu.type: "l5" is no GPU type that is known; did you mean l4 or t4? Use ${listOr(GPU_TYPES)}, or describe it once in gpuTypes by its memoryGiB and computeCapability`,
      `${other}: is also the name of release "r1" of "chat" in Kubernetes: rename one`,
      `${other}.servedNames: "assistant" is served by "chat" already: give each model names of its own`,
    ]);
  });

  it("leaves out a model with a wrong release, and keeps the others", () => {
    const { models: served } = resolveModels(
      models({ search: { ...chatModel(), servedNames: ["search"], releases: { r1: { ...release(), context: 0 } } } }),
      AT,
    );
    assert.deepEqual(
      served.map(({ name }) => name),
      ["chat"],
    );
  });
});

describe("resolveModels on anything", () => {
  /** Nothing thrown, and every problem says where and what. */
  function wellFormed(input: unknown): void {
    for (const { path, message, severity } of resolveModels(input, AT).problems) {
      assert.ok(path.startsWith(AT), path);
      assert.ok(message.length > 0, path);
      assert.match(severity, /^(error|warning)$/);
    }
  }

  it("never throws on arbitrary JSON", () => {
    fc.assert(fc.property(fc.jsonValue(), wellFormed), { numRuns: 300 });
  });

  it("never throws on a good config with one value replaced by arbitrary JSON", () => {
    const paths = pathsOf(full());
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) =>
        wellFormed(replaced(full(), path, value)),
      ),
      { numRuns: 1000 },
    );
  });

  it("never throws on a good config with one value left out", () => {
    for (const path of pathsOf(full())) wellFormed(replaced(full(), path, undefined));
  });
});

/** A config that uses every key. */
function full(): unknown {
  const architecture = {
    ...{ parameters: 1_000_000_000, layers: 16, hiddenSize: 2048, intermediateSize: 8192, attentionHeads: 16 },
    ...{ kvHeads: 4, headSize: 128, vocabularySize: 32000, tiedEmbeddings: true, maxContext: 16384, weightsGiB: 2 },
    slidingWindow: { layers: 8, tokens: 1024 },
  };
  const whole = {
    model: {
      ...{ id: "acme/x", revision: REVISION, tokenizer: "acme/y", tokenizerRevision: REVISION },
      ...{ precision: "bf16", quantizeAtLoad: false, gated: true, architecture },
    },
    image: IMAGE,
    gpu: { type: "l4", count: 2, memoryUtilization: 0.9 },
    context: 8192,
    concurrency: { sequences: 16, inFlight: 48, batchedTokens: 4096 },
    resources: { cpus: 3, memoryGiB: 12, sharedMemoryGiB: 2, diskGiB: 30 },
    startupSeconds: 600,
    flags: {
      "kv-cache-dtype": { value: "fp8", reason: "x" },
      "lora-modules": { value: ["a=b"], reason: "x" },
      "compilation-config": { value: { level: 3 }, reason: "x" },
    },
    env: { NCCL_DEBUG: { value: "INFO", reason: "x" } },
  };
  return {
    chat: {
      class: "interactive",
      servedNames: ["chat", "assistant"],
      route: { stable: "r1", canary: { release: "r2", weight: 5 }, shadow: { release: "r2", percent: 5 } },
      releases: { r1: release(), r2: whole },
      autoscaling: {
        ...{ min: 0, max: 3, targetUtilization: 0.5, scaleDownSeconds: 300 },
        activation: { query: "up", threshold: 1 },
      },
      drainSeconds: 60,
      warmSpares: 1,
    },
  };
}

type Path = readonly string[];

/** The path of every value, the root's included. */
function pathsOf(value: unknown, at: Path = []): Path[] {
  if (value === null || typeof value !== "object") return [at];
  return [at, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]))];
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}
