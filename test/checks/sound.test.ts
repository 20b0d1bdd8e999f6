import assert from "node:assert/strict";

import { loadModels } from "../../components/checks/load.js";
import { requireSound, requireSoundModel } from "../../components/checks/sound.js";
import { ContractError, formatProblem } from "../../components/config/problems.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import { contractOf, modelConfig, releaseConfig, servedModel } from "../serving/fixtures.js";

/** What is refused of a plan, a line each. */
function refused(run: () => unknown): string[] {
  try {
    run();
    return [];
  } catch (thrown) {
    assert.ok(thrown instanceof ContractError, String(thrown));
    return thrown.problems.map(formatProblem);
  }
}

const FALSE = "is not what its contract leads to: change the config, and take the plan from loadModels";

describe("a plan", () => {
  const plan = contractOf();

  it("is taken from the loader, and as an equal copy", () => {
    requireSound(plan, "chat");
    requireSound(structuredClone(plan), "chat");
  });

  const lies: Array<[name: string, changes: Partial<RuntimePlan>, problem: string]> = [
    ["another revision", { model: { ...plan.model, revision: "0".repeat(40) } }, `chat.model: ${FALSE}`],
    ["another context", { context: 4096 }, `chat.context: ${FALSE}`],
    ["another start budget", { startupSeconds: 1 }, `chat.startupSeconds: ${FALSE}`],
    ["a flag", { flags: { seed: { value: 1, reason: "x" } } }, `chat.flags: ${FALSE}`],
    ["a drain that is none", { drainSeconds: -1 }, "chat.drainSeconds: -1 is too small: use at least 0"],
    [
      "a served name that is an argument",
      { servedNames: ["--trust-remote-code"] },
      'chat.servedNames[0]: "--trust-remote-code" is not a model name: use letters, digits and . _ - / :, first no dash',
    ],
  ];
  for (const [name, changes, problem] of lies) {
    it(`is refused with ${name} beside a contract that does not say so`, () => {
      assert.deepEqual(
        refused(() => requireSound({ ...plan, ...changes }, "chat")),
        [problem],
      );
    });
  }

  it("is refused as an object that hides another behind it", () => {
    const hidden = Object.create(plan, { context: { value: 4096, enumerable: true } }) as RuntimePlan;
    assert.equal(refused(() => requireSound(hidden, "chat")).length, 1);
    assert.deepEqual(
      refused(() => requireSound(undefined as unknown as RuntimePlan, "chat")),
      ["chat: nothing is no plan: take one from loadModels"],
    );
  });

  it("does not change with the objects that it was loaded from, which stay the caller's", () => {
    const deep = Object.freeze({ factor: 2 }) as { factor: number };
    const value = { rope_scaling: { deep } };
    const flags = { "hf-overrides": { value, reason: "a longer context" } };
    const { models } = loadModels({ chat: modelConfig({ releases: { r1: { flags } } }) });
    Object.assign(value, { auto_map: "evil.Code" });
    const loaded = models[0]!.releases.get("r1")!;
    assert.deepEqual(loaded.flags["hf-overrides"]!.value, { rope_scaling: { deep: { factor: 2 } } });
    assert.throws(() => Object.assign(loaded.flags["hf-overrides"]!.value, { more: 1 }), TypeError);
  });
});

describe("a model", () => {
  it("is refused with releases of another model, of another name, or of other keys than its own", () => {
    const chat = servedModel({ releases: { r2: releaseConfig() } });
    const other = servedModel({}, "other");
    const swapped = { ...chat, releases: new Map([...chat.releases, ["r1", other.releases.get("r1")!]]) };
    const why = "is not the model's: change the config, and take the model from loadModels";
    assert.deepEqual(
      refused(() => requireSoundModel(swapped, "chat")),
      [`chat-r1.name: ${why}`, `chat-r1.servedNames: ${why}`],
    );
    const renamed = { ...chat, releases: new Map([["r1", chat.releases.get("r2")!]]) };
    assert.deepEqual(
      refused(() => requireSoundModel(renamed, "chat")),
      [`chat-r1.release: ${why}`],
    );
    assert.deepEqual(
      refused(() => requireSoundModel({ ...chat, drainSeconds: 5 }, "chat")),
      [`chat-r1.drainSeconds: ${why}`, `chat-r2.drainSeconds: ${why}`],
    );
  });
});
