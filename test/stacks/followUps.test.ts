/** What merely follows from a wrong value, or from a secret that was taken out, is no problem of its own; what does not, is. */
import assert from "node:assert/strict";

import { parseStackConfig } from "../../stacks/config.js";
import { type Config, modelConfig } from "../serving/fixtures.js";
import { stackValues, withGroup } from "./fixtures.js";

const TODAY = new Date("2026-11-26T00:00:00Z");

/** Paths of the problems, warnings too. */
function pathsOf(changes: Config, encrypted: string[] = []): string[] {
  return parseStackConfig(stackValues(changes), encrypted, TODAY).problems.map(({ path }) =>
    path.replace(/^vllm:/, ""),
  );
}

const R1 = "models.chat.releases.r1";
const chat = (release: Config, model: Config = {}): Config => ({
  models: { chat: { ...model, releases: { r1: release } } },
});

describe("a secret in a wrong place", () => {
  const cases: Array<[name: string, changes: Config, place: string]> = [
    [
      "a flag that stretches the context",
      chat({
        model: { id: "Qwen/Qwen3-0.6B" },
        context: 50_000,
        flags: { "hf-overrides": { value: { a: 1 }, reason: "x" } },
      }),
      `${R1}.flags.hf-overrides`,
    ],
    ["a precision", chat({ model: { precision: "fp8" }, context: 30_000 }), `${R1}.model.precision`],
    [
      "the fewest replicas",
      { models: { chat: { autoscaling: { min: 0, activation: { query: "up" } } } } },
      "models.chat.autoscaling.min",
    ],
    [
      "an activation",
      { models: { chat: { autoscaling: { min: 0, activation: { query: "up" } } } } },
      "models.chat.autoscaling.activation",
    ],
    ["the routed release", {}, R1],
    ["the only model", {}, "models.chat"],
    ["the node group of a model", withGroup({}), "cluster.existing.gpuNodes.pool"],
  ];
  for (const [name, changes, place] of cases) {
    it(`is the one problem where it is ${name}`, () => assert.deepEqual(pathsOf(changes, [place]), [place]));
  }
});

describe("a wrong value", () => {
  it("does not make a group small whose machine no table knows", () => {
    assert.deepEqual(pathsOf(withGroup({ instanceTypes: ["g6.2xlrge"] })), [
      "cluster.existing.gpuNodes.pool.instanceTypes[0]",
    ]);
  });

  it("does not hide that no group offers a GPU, nor that there are too few of them", () => {
    assert.deepEqual(pathsOf({ ...withGroup({ nodeSelector: { "a b": "c" } }), ...chat({ gpu: { type: "h100" } }) }), [
      'cluster.existing.gpuNodes.pool.nodeSelector["a b"]',
      `${R1}.gpu.type`,
    ]);
    const many = { models: { chat: { warmSpares: "x", autoscaling: { min: 9, max: 9 } } } };
    assert.deepEqual(pathsOf({ ...withGroup({ max: 2 }), ...many }), [
      "models.chat.warmSpares",
      "cluster.existing.gpuNodes",
    ]);
  });

  it("does not hide that the model does not fit, unless the fit rests on it", () => {
    const large = { model: { id: "Qwen/Qwen3-32B" }, gpu: { type: "l4" } };
    assert.deepEqual(pathsOf(chat(large)), [`${R1}.gpu`]);
    assert.deepEqual(pathsOf(chat({ ...large, concurrency: { inFlight: "x" } })), [
      `${R1}.concurrency.inFlight`,
      `${R1}.gpu`,
    ]);
    assert.deepEqual(pathsOf(chat({ ...large, model: { ...large.model, revision: "main" } })), [
      `${R1}.model.revision`,
      `${R1}.gpu`,
    ]);
    assert.deepEqual(pathsOf(chat({ ...large, model: { ...large.model, precision: "fp9" } })), [
      `${R1}.model.precision`,
    ]);
  });

  it("does not hide what is repeated beside it", () => {
    assert.deepEqual(pathsOf({ models: { chat: { servedNames: ["a", "-bad", "a"] } } }), [
      "models.chat.servedNames[1]",
      "models.chat.servedNames[2]",
    ]);
    assert.deepEqual(
      pathsOf({ models: { chat: { servedNames: ["x", "-bad"] }, other: modelConfig({ servedNames: ["x"] }) } }),
      ["models.chat.servedNames[1]", "models.other.servedNames"],
    );
  });

  it("says nothing of a gateway for a canary that is none, and of a token for models that nobody can read", () => {
    assert.deepEqual(pathsOf({ models: { chat: { route: { stable: "r1", canary: 5 } } } }), [
      "models.chat.route.canary",
    ]);
    assert.deepEqual(pathsOf({ models: { chat: 5 }, huggingFaceToken: "hf_x" }, ["huggingFaceToken"]), ["models.chat"]);
  });
});
