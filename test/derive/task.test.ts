import assert from "node:assert/strict";

import { serveArguments } from "../../components/derive/arguments.js";
import { taskOf } from "../../components/derive/task.js";
import { TASKS } from "../../components/facts/models/task.js";
import { type Changes, contract } from "../contract/fixtures.js";

const flag = (value: string) => ({ value, reason: "x" });
const EMBEDDING = "Qwen/Qwen3-Embedding-0.6B";

const runners = (changes: Changes): string[] =>
  serveArguments(contract(changes)).filter((word) => /^--(runner|convert)=/.test(word));

describe("taskOf", () => {
  it("is what is stated, whatever flags and catalogue say", () => {
    for (const task of TASKS) {
      assert.equal(taskOf({ id: EMBEDDING, task }, { runner: flag("pooling"), convert: flag("embed") }), task);
    }
  });

  it("is the catalogue's, and generate for a model that it does not know", () => {
    assert.equal(taskOf({ id: EMBEDDING }, {}), "embed");
    assert.equal(taskOf({ id: "Qwen/Qwen3-8B" }, {}), "generate");
    assert.equal(taskOf({ id: "acme/own" }, {}), "generate");
  });

  it("is what flags make of a model that generates, or is not known", () => {
    for (const id of ["Qwen/Qwen3-8B", "acme/own"]) {
      assert.equal(taskOf({ id }, { runner: flag("pooling") }), "embed");
      assert.equal(taskOf({ id }, { convert: flag("classify") }), "classify");
      assert.equal(taskOf({ id }, { runner: flag("pooling"), convert: flag("embed") }), "embed");
      assert.equal(taskOf({ id }, { runner: flag("auto"), convert: flag("none") }), "generate");
    }
  });
});

describe("the runner", () => {
  it("follows from the catalogue's task", () => {
    assert.deepEqual(runners({ "model/id": EMBEDDING }), ["--runner=pooling"]);
  });

  for (const task of TASKS) {
    it(`of a model for ${task} is ${task === "generate" ? "vLLM's own choice" : "said"}`, () => {
      assert.deepEqual(runners({ "model/task": task }), task === "generate" ? [] : ["--runner=pooling"]);
    });
  }

  it("is said once where flags say it", () => {
    const said: Array<[changes: Changes, words: string[]]> = [
      [{ "flags/runner": flag("pooling") }, ["--runner=pooling"]],
      [{ "flags/runner": flag("auto") }, ["--runner=auto"]],
      [{ "flags/convert": flag("embed") }, ["--convert=embed"]],
      [{ "flags/convert": flag("none") }, ["--runner=pooling", "--convert=none"]],
    ];
    for (const [changes, words] of said) assert.deepEqual(runners({ "model/id": EMBEDDING, ...changes }), words);
  });

  it("of a model that generates is vLLM's own choice", () => assert.deepEqual(runners({}), []));
});
