import assert from "node:assert/strict";

import { fitInput } from "../../../components/derive/memory/fitInput.js";
import { type Changes, contract, R1, releaseProblems } from "../../contract/fixtures.js";

const flag = (value: unknown) => ({ value, reason: "x" });

/** A pooling model whose pooling nobody knows. */
const POOLING = { "flags/runner": flag("pooling") };

describe("the batch budget", () => {
  const whole: Array<[what: string, changes: Changes]> = [
    ["prefill that is not chunked", { "flags/enable-chunked-prefill": flag(false) }],
    ["a pooling runner", POOLING],
    ["a task of pooling", { "model/task": "embed" }],
    ["a converted model", { "flags/convert": flag("embed") }],
  ];
  for (const [what, changes] of whole) {
    it(`holds a whole prompt with ${what}, and the fit reckons with it`, () => {
      const plan = contract({ ...changes, context: 4096 });
      assert.equal(plan.concurrency.batchedTokens, 4096);
      assert.equal(fitInput(plan).batchedTokens, 4096);
    });

    it(`is refused below the context with ${what}`, () => {
      assert.deepEqual(releaseProblems({ ...changes, "concurrency/batchedTokens": 2048 }), [
        `error ${R1}.concurrency.batchedTokens: 2048 is less than context 8192, and without chunked prefill a prompt has to fit ` +
          "into one step: leave it out, use 8192 or more, or set enable-chunked-prefill to true where the model can",
      ]);
    });
  }

  const chunked: Array<[what: string, changes: Changes]> = [
    ["a generating model", {}],
    ["a pooling model that is chunked on purpose", { ...POOLING, "flags/enable-chunked-prefill": flag(true) }],
    ["a pooling model of the last token", { ...POOLING, "model/id": "Qwen/Qwen3-Embedding-0.6B" }],
    ["a pooling model of the last token by the catalogue's task", { "model/id": "Qwen/Qwen3-Embedding-0.6B" }],
    ["a model that is not converted", { "flags/convert": flag("none") }],
  ];
  for (const [what, changes] of chunked) {
    it(`is vLLM's default for ${what}`, () => assert.equal(contract(changes).concurrency.batchedTokens, 2048));
  }

  it("holds the largest item of a model that does not cut them", () => {
    assert.equal(contract({ "model/id": "google/gemma-4-31B-it" }).concurrency.batchedTokens, 2496);
  });

  it("stays at the default where that is more than the context", () => {
    assert.equal(contract({ ...POOLING, context: 1024 }).concurrency.batchedTokens, 2048);
  });
});
