import assert from "node:assert/strict";

import fc from "fast-check";

import { flagsOf, lastFlag } from "../../policies/flags";

describe("flagsOf", () => {
  const forms: Array<[string[], string, string[], boolean?]> = [
    [["--max-model-len=8192"], "max-model-len", ["8192"]],
    [["--max-model-len", "8192"], "max-model-len", ["8192"]],
    [["--max_model_len", "8192"], "max-model-len", ["8192"]],
    [["--api-key", "a", "b"], "api-key", ["a", "b"]],
    [["--enforce-eager"], "enforce-eager", []],
    [["--no-enable-prefix-caching"], "enable-prefix-caching", [], true],
    [["-tp", "4"], "tensor-parallel-size", ["4"]],
    [["-O3"], "optimization-level", ["3"]],
    [["-cc.level=3"], "compilation-config", ["3"]],
    [["--hf-overrides.rope.factor", "2.5"], "hf-overrides", ["2.5"]],
    [['--override-generation-config={"a.b": "c=d"}'], "override-generation-config", ['{"a.b": "c=d"}']],
    [["--seed", "-1"], "seed", ["-1"]],
    [["--stop="], "stop", [""]],
    [["--device-memory-utilization", "0.9"], "gpu-memory-utilization", ["0.9"]],
  ];
  for (const [words, name, values, negated = false] of forms) {
    it(`reads ${words.join(" ")}`, () => assert.deepEqual(flagsOf(words), [{ name, values, negated }]));
  }

  it("passes over what stands before the first flag", () => {
    assert.deepEqual(flagsOf(["Qwen/Qwen3-8B", "--seed=1"]), [{ name: "seed", values: ["1"], negated: false }]);
  });

  it("reads = and a space as the same", () => {
    const name = fc.stringMatching(/^[a-z]{2,8}(-[a-z]{2,8}){0,2}$/);
    const value = fc.string({ minLength: 1 }).filter((text) => !text.startsWith("-"));
    fc.assert(
      fc.property(name, value, (flag, text) => {
        assert.deepEqual(flagsOf([`--${flag}=${text}`]), flagsOf([`--${flag}`, text]));
      }),
    );
  });
});

describe("lastFlag", () => {
  it("is the one that takes effect", () => {
    assert.deepEqual(lastFlag(flagsOf(["--seed=1", "--seed=2"]), "seed")?.values, ["2"]);
    assert.equal(lastFlag([], "seed"), undefined);
  });
});
