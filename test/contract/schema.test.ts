import assert from "node:assert/strict";

import { architectureSchema } from "../../components/contract/architecture.js";
import { parse } from "../../components/config/parse.js";

import { listOr } from "../../components/config/problems.js";
import { GPU_TYPES } from "../../components/facts/gpus.js";
import { PRECISION_NAMES } from "../../components/facts/precisions.js";
import { AT, type Changes, problemsOf, R1, release, releaseProblems } from "./fixtures.js";

const MODEL_KEYS =
  "class, servedNames, apiKey, route, releases, autoscaling, drainSeconds, warmSpares, slo, load, gateway or pod";
const RELEASE_KEYS =
  "model, draft, adapters, image, vllmVersion, gpu, context, concurrency, resources, startupSeconds, chatTemplate, flags or env";
const GPUS = listOr(GPU_TYPES);
const NOT_A_COMMIT = "is not a commit: branches and tags move, so use the commit's 40 lower-case hex digits";
const FLAG_VALUE = "use text, a number, true or false, a list or an object";

/** Names, changes of the model, and the one problem that follows, below the model's path. */
type Cases = Array<[name: string, changes: Changes, problem: string]>;

function refusesInModel(cases: Cases): void {
  for (const [name, changes, problem] of cases) {
    const below = Object.fromEntries(Object.entries(changes).map(([path, value]) => [`chat/${path}`, value]));
    it(name, () => assert.deepEqual(problemsOf(below), [`error ${AT}.chat.${problem}`]));
  }
}

function refusesInRelease(cases: Cases): void {
  for (const [name, changes, problem] of cases) {
    it(name, () => assert.deepEqual(releaseProblems(changes), [`error ${R1}.${problem}`]));
  }
}

describe("a model's shape", () => {
  it("has no problem in the base of these tests", () => assert.deepEqual(problemsOf({}), []));

  describe("names an unknown key and the nearest known one", () => {
    refusesInModel([
      ["of the model", { clas: 1 }, `clas: unknown key; did you mean class? Allowed: ${MODEL_KEYS}`],
      [
        "of the route",
        { "route/stabel": "r1" },
        "route.stabel: unknown key; did you mean stable? Allowed: stable, canary, shadow, previous or reason",
      ],
      [
        "of autoscaling",
        { "autoscaling/maxx": 2 },
        "autoscaling.maxx: unknown key; did you mean max? Allowed: min, max, targetUtilization, scaleDownSeconds, activation, triggers, behavior or fallback",
      ],
      [
        "of activation",
        { autoscaling: { min: 0, activation: { query: "up", treshold: 1 } } },
        "autoscaling.activation.treshold: unknown key; did you mean threshold? Allowed: query or threshold",
      ],
    ]);
  });

  describe("refuses what is missing, of another type or out of range", () => {
    refusesInModel([
      ["no class", { class: undefined }, "class: is missing: use interactive, batch or experimental"],
      [
        "a misspelt class",
        { class: "interactiv" },
        'class: "interactiv" is not allowed: use interactive, batch or experimental; did you mean interactive?',
      ],
      ["a class that is a number", { class: 5 }, "class: 5 is not allowed: use interactive, batch or experimental"],
      ["no route", { route: undefined }, "route: is missing: give an object such as { stable: … }"],
      ["a route that is text", { route: "r1" }, 'route: "r1" is text: use an object such as { stable: r1 }'],
      ["a route without stable", { route: {} }, "route.stable: is missing: give text"],
      [
        "a stable release of illegal name",
        { "route/stable": "R1" },
        'route.stable: "R1" is not a release name: use a letter, then up to 11 letters and digits, such as r1',
      ],
      [
        "autoscaling that is text",
        { autoscaling: "2" },
        'autoscaling: "2" is text: use an object such as { min: 1, max: 1 }',
      ],
      [
        "a bound that is text",
        { "autoscaling/min": "1" },
        'autoscaling.min: "1" is text: write the number without quotes',
      ],
      [
        "a bound that is a fraction",
        { "autoscaling/min": 1.5 },
        "autoscaling.min: 1.5 is a number: use a whole number",
      ],
      ["a negative bound", { "autoscaling/min": -1 }, "autoscaling.min: -1 is too small: use at least 0"],
      [
        "no replica at the most",
        { "autoscaling/max": 0, "autoscaling/min": 0, "autoscaling/activation": { query: "up" } },
        "autoscaling.max: 0 is too small: use at least 1",
      ],
      [
        "a target of nothing",
        { "autoscaling/targetUtilization": 0 },
        "autoscaling.targetUtilization: 0 is too small: use more than 0",
      ],
      [
        "a target above one",
        { "autoscaling/targetUtilization": 1.2 },
        "autoscaling.targetUtilization: 1.2 is too large: use at most 1",
      ],
      [
        "a scale-down sooner than a cold start pays",
        { "autoscaling/scaleDownSeconds": 60 },
        "autoscaling.scaleDownSeconds: 60 is too small: use at least 300",
      ],
      ["a drain of more than an hour", { drainSeconds: 4000 }, "drainSeconds: 4000 is too large: use at most 3600"],
      ["served names that are text", { servedNames: "chat" }, 'servedNames: "chat" is text: use a list such as [chat]'],
      ["no served name", { servedNames: [] }, "servedNames: [] is empty: give at least 1"],
      [
        "a served name that is a number",
        { servedNames: ["a", 5] },
        'servedNames[1]: is read as the number 5: quote it as it is meant, such as "1.30", since a number loses zeros and digits',
      ],
      [
        "a served name with a space",
        { servedNames: ["a b"] },
        'servedNames[0]: "a b" is not a model name: use letters, digits and . _ - / :, first no dash',
      ],
      ["a negative number of spares", { warmSpares: -1 }, "warmSpares: -1 is too small: use at least 0"],
      [
        "an empty query",
        { autoscaling: { min: 0, activation: { query: "" } } },
        'autoscaling.activation.query: "" is empty: give at least 1',
      ],
    ]);

    it("a canary's weight over 99", () => {
      const changes = { "chat/releases/r2": release(), "chat/route/canary": { release: "r2", weight: 101 } };
      assert.deepEqual(problemsOf(changes), [
        `error ${AT}.chat.route.canary.weight: 101 is too large: use at most 99`,
        `warning ${AT}.chat.route.canary: needs vllm:gateway, which alone can split requests: without it all go to "r1"`,
      ]);
    });
  });
});

describe("a release's shape", () => {
  describe("names an unknown key and the nearest known one", () => {
    refusesInRelease([
      ["of the release", { contxt: 1 }, `contxt: unknown key; did you mean context? Allowed: ${RELEASE_KEYS}`],
      [
        "of the model",
        { "model/idd": 1 },
        "model.idd: unknown key; did you mean id? Allowed: id, revision, source, tokenizer, tokenizerRevision, tokenizerSource, task, precision, quantizeAtLoad, gated or architecture",
      ],
      [
        "of the GPU",
        { "gpu/cuont": 1 },
        "gpu.cuont: unknown key; did you mean count? Allowed: type, count, memoryUtilization or nodeGroup",
      ],
      [
        "of concurrency",
        { "concurrency/inflights": 1 },
        "concurrency.inflights: unknown key; did you mean inFlight? Allowed: sequences, inFlight or batchedTokens",
      ],
      [
        "of resources",
        { "resources/cpu": 1 },
        "resources.cpu: unknown key; did you mean cpus? Allowed: cpus, memoryGiB, sharedMemoryGiB or diskGiB",
      ],
      [
        "of a flag",
        { "flags/seed": { value: 1, reason: "x", raeson: "y" } },
        "flags.seed.raeson: unknown key; did you mean reason? Allowed: value or reason",
      ],
      [
        "of an environment variable",
        { "env/A": { value: "1", reason: "x", values: 1 } },
        "env.A.values: unknown key; did you mean value? Allowed: value or reason",
      ],
    ]);
  });

  describe("refuses what is missing, of another type or out of range", () => {
    refusesInRelease([
      ["no model", { model: undefined }, "model: is missing: give an object such as { id: …, revision: … }"],
      [
        "a model that is text",
        { model: "Qwen/Qwen3-8B" },
        'model: "Qwen/Qwen3-8B" is text: use an object such as { id: Qwen/Qwen3-8B, revision: … }',
      ],
      ["no model id", { "model/id": undefined }, "model.id: is missing: give text"],
      [
        "a model id without organisation",
        { "model/id": "Qwen3-8B" },
        'model.id: "Qwen3-8B" is not a Hugging Face id: use organisation/name',
      ],
      ["no revision", { "model/revision": undefined }, "model.revision: is missing: give text"],
      [
        "a revision that is a number",
        { "model/revision": 5 },
        'model.revision: is read as the number 5: quote it as it is meant, such as "1.30", since a number loses zeros and digits',
      ],
      ["a branch as revision", { "model/revision": "main" }, `model.revision: "main" ${NOT_A_COMMIT}`],
      ["a short commit", { "model/revision": "b968826" }, `model.revision: "b968826" ${NOT_A_COMMIT}`],
      [
        "a branch as the tokenizer's revision",
        { "model/tokenizerRevision": "main" },
        `model.tokenizerRevision: "main" ${NOT_A_COMMIT}`,
      ],
      [
        "a tokenizer without organisation",
        { "model/tokenizer": "gpt2" },
        'model.tokenizer: "gpt2" is not a Hugging Face id: use organisation/name',
      ],
      [
        "an unknown precision",
        { "model/precision": "fp4" },
        `model.precision: "fp4" is not allowed: use ${listOr(PRECISION_NAMES)}; did you mean fp8, fp16 or mxfp4?`,
      ],
      ["gated that is text", { "model/gated": "yes" }, 'model.gated: "yes" is text: use true or false'],
      [
        "quantizeAtLoad that is a number",
        { "model/quantizeAtLoad": 1 },
        "model.quantizeAtLoad: 1 is a number: use true or false",
      ],
      ["no image", { image: undefined }, "image: is missing: give text"],
      [
        "an image that is a number",
        { image: 5 },
        'image: is read as the number 5: quote it as it is meant, such as "1.30", since a number loses zeros and digits',
      ],
      ["no GPU", { gpu: undefined }, "gpu: is missing: give an object such as { type: …, count: 1 }"],
      ["a GPU that is text", { gpu: "l4" }, 'gpu: "l4" is text: use an object such as { type: l4, count: 1 }'],
      ["no GPU type", { "gpu/type": undefined }, "gpu.type: is missing: give text"],
      [
        "an unknown GPU type",
        { "gpu/type": "l5" },
        `gpu.type: "l5" is no GPU type that is known; did you mean l4 or t4? Use ${GPUS}, or describe it once in gpuTypes by its memoryGiB and computeCapability`,
      ],
      ["no GPU at all", { "gpu/count": 0 }, "gpu.count: 0 is too small: use at least 1"],
      ["more GPUs than a machine has", { "gpu/count": 9 }, "gpu.count: 9 is too large: use at most 8"],
      ["half a GPU", { "gpu/count": 1.5 }, "gpu.count: 1.5 is a number: use a whole number"],
      ["a share of 0", { "gpu/memoryUtilization": 0 }, "gpu.memoryUtilization: 0 is too small: use at least 0.1"],
      ["a percentage", { "gpu/memoryUtilization": 90 }, "gpu.memoryUtilization: 90 is too large: use at most 1"],
      ["no context", { context: undefined }, "context: is missing: give a number"],
      ["a context of text", { context: "8k" }, 'context: "8k" is text: use a number'],
      ["a context of 0", { context: 0 }, "context: 0 is too small: use at least 1"],
      [
        "no concurrency",
        { concurrency: undefined },
        "concurrency: is missing: give an object such as { sequences: …, inFlight: … }",
      ],
      ["no limit in flight", { "concurrency/inFlight": undefined }, "concurrency.inFlight: is missing: give a number"],
      ["no sequence", { "concurrency/sequences": 0 }, "concurrency.sequences: 0 is too small: use at least 1"],
      [
        "resources that are a number",
        { resources: 5 },
        "resources: 5 is a number: use an object such as { cpus: …, memoryGiB: … }",
      ],
      ["no core", { "resources/cpus": 0 }, "resources.cpus: 0 is too small: use more than 0"],
      [
        "a fraction of a GiB",
        { "resources/memoryGiB": 1.5 },
        "resources.memoryGiB: 1.5 is a number: use a whole number",
      ],
      [
        "a start of over twelve hours",
        { startupSeconds: 50000 },
        "startupSeconds: 50000 is too large: use at most 43200",
      ],
      [
        "a list of flags",
        { flags: ["--seed=1"] },
        'flags: ["--seed=1"] is a list: use an object such as { <name>: { value: …, reason: … } }',
      ],
      ["a bare flag", { "flags/seed": 5 }, "flags.seed: 5 is a number: use an object such as { value: 5, reason: … }"],
      ["a flag without value", { "flags/seed": { reason: "x" } }, `flags.seed.value: is missing: ${FLAG_VALUE}`],
      [
        "a flag that is null",
        { "flags/seed": { value: null, reason: "x" } },
        `flags.seed.value: null is not allowed: ${FLAG_VALUE}`,
      ],
      ["a flag without reason", { "flags/seed": { value: 1 } }, "flags.seed.reason: is missing: give text"],
      [
        "a flag with a blank reason",
        { "flags/seed": { value: 1, reason: " " } },
        "flags.seed.reason: is empty: say why it is set",
      ],
      ["a variable without reason", { "env/A": { value: "1" } }, "env.A.reason: is missing: give text"],
      [
        "a variable that is a number",
        { "env/A": { value: 1, reason: "x" } },
        'env.A.value: is read as the number 1: quote it as it is meant, such as "1.30", since a number loses zeros and digits',
      ],
    ]);
  });
});

describe("layers of a stated shape", () => {
  const HEADS = { layers: 1, kvHeads: 8, headSize: 128 };
  const problems = (...attention: object[]): string[] =>
    parse(architectureSchema.shape.attention, attention, "attention").problems.map(
      ({ path, message }) => `${path}: ${message}`,
    );
  const KINDS = "full, window, chunked, latent, state or shared";

  it("are of a kind that is known, and what else is wrong is found with it", () => {
    assert.deepEqual(problems({ ...HEADS, kind: "windows" }), [
      `attention[0].kind: "windows" is not allowed: use ${KINDS}; did you mean window?`,
    ]);
    assert.deepEqual(problems(HEADS), [`attention[0].kind: is missing: use ${KINDS}`]);
    assert.deepEqual(problems({ ...HEADS, kind: 5, headSize: -1, heads: 8 }), [
      `attention[0].kind: 5 is not allowed: use ${KINDS}`,
      "attention[0].headSize: -1 is too small: use at least 1",
      "attention[0].heads: unknown key",
    ]);
  });

  it("have the keys of their kind", () => {
    assert.deepEqual(problems({ ...HEADS, kind: "full" }), []);
    assert.deepEqual(
      problems({ ...HEADS, kind: "window" }).map((line) => line.split(":")[0]),
      ["attention[0].tokens"],
    );
  });
});
