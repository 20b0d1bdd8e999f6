import assert from "node:assert/strict";

import { R1, releaseProblems } from "../contract/fixtures.js";

const flag = (value: string) => ({ value, reason: "x" });
const EMBEDDING = { "model/id": "Qwen/Qwen3-Embedding-0.6B" };

describe("flags against the model's task", () => {
  it("refuses a runner of another task than the catalogue's", () => {
    for (const runner of ["generate", "draft"]) {
      assert.deepEqual(releaseProblems({ ...EMBEDDING, "flags/runner": flag(runner) }), [
        `error ${R1}.flags.runner.value: "${runner}" is not for Qwen/Qwen3-Embedding-0.6B, whose task is embed: leave it out, ` +
          "or set model.task to generate",
      ]);
    }
  });

  it("refuses a runner and a conversion of another task than the one that is stated, both at once", () => {
    const flags = { "flags/runner": flag("pooling"), "flags/convert": flag("classify") };
    assert.deepEqual(releaseProblems({ "model/task": "generate", ...flags }), [
      `error ${R1}.flags.runner.value: "pooling" is not for model.task generate: leave it out, or set model.task to embed, score or classify`,
      `error ${R1}.flags.convert.value: "classify" is not for model.task generate: leave it out, or set model.task to score or classify`,
    ]);
    assert.deepEqual(releaseProblems({ "model/task": "embed", ...flags }), [
      `error ${R1}.flags.convert.value: "classify" is not for model.task embed: leave it out, or set model.task to score or classify`,
    ]);
  });

  const taken = [
    { "model/task": "score", "flags/convert": flag("classify") },
    { "model/task": "embed", "flags/runner": flag("pooling"), "flags/convert": flag("embed") },
    { "model/task": "generate", "flags/runner": flag("generate"), "flags/convert": flag("none") },
    { ...EMBEDDING, "flags/runner": flag("auto") },
    { ...EMBEDDING, "model/task": "generate", "flags/runner": flag("generate") },
    { "flags/runner": flag("pooling"), "flags/convert": flag("embed") },
  ];
  for (const changes of taken) {
    it(`takes ${JSON.stringify(changes)}`, () => assert.deepEqual(releaseProblems(changes), []));
  }

  it("refuses a task that there is not", () => {
    assert.match(
      releaseProblems({ "model/task": "rerank" }).join(),
      /model\.task: .*"rerank".*generate, embed, score or classify/,
    );
  });
});
