import assert from "node:assert/strict";

import fc from "fast-check";

import { flagsOf, jsonOf, lastFlag, spelledFlagsOf } from "../../../policies/engine/flags.js";

describe("flagsOf", () => {
  const forms: Array<[string[], string, string[], boolean?]> = [
    [["--max-model-len=8192"], "max-model-len", ["8192"]],
    [["--max-model-len", "8192"], "max-model-len", ["8192"]],
    [["--max_model_len", "8192"], "max-model-len", ["8192"]],
    [["--api-key", "a", "b"], "api-key", ["a", "b"]],
    [["--enforce-eager"], "enforce-eager", []],
    [["--no-enable-prefix-caching"], "enable-prefix-caching", [], true],
    [["--disable-log-requests"], "enable-log-requests", [], true],
    [["--enable-sliding-window"], "disable-sliding-window", [], true],
    [["--no-enable-sliding-window"], "disable-sliding-window", []],
    [["-tp", "4"], "tensor-parallel-size", ["4"]],
    [["-O3"], "optimization-level", ["3"]],
    [["-cc.level=3"], "compilation-config", ["3"]],
    [["--hf-overrides.rope.factor", "2.5"], "hf-overrides", ["2.5"]],
    [['--override-generation-config={"a.b": "c=d"}'], "override-generation-config", ['{"a.b": "c=d"}']],
    [["--middlewar=a.B"], "middleware", ["a.B"]],
    [["--max-log", "5"], "max-log", ["5"]],
    [["--no-enable-prefix-cach"], "enable-prefix-caching", [], true],
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

describe("jsonOf", () => {
  const forms: Array<[string[], unknown]> = [
    [['--hf-overrides={"a": 1}'], { a: 1 }],
    [["--hf_overrides.a.b", "2", "--hf-overrides.c=x"], { a: { b: 2 }, c: "x" }],
    [['--hf-overrides={"a": 1}', "--hf-overrides.b=1"], { b: 1 }],
    [["--hf-overrides.a+", "x"], { a: "x" }],
    [["--hf-overrides=no JSON"], undefined],
    [["--hf-overrides"], undefined],
    [[], undefined],
  ];
  for (const [words, object] of forms) {
    it(`reads ${words.join(" ") || "nothing"}`, () =>
      assert.deepEqual(jsonOf(spelledFlagsOf(words), "hf-overrides"), object));
  }

  it("puts keys such as __proto__ into the object alone", () => {
    const object = jsonOf(spelledFlagsOf(["--hf-overrides.__proto__.polluted=1"]), "hf-overrides") as object;
    assert.deepEqual(Object.keys(object), ["__proto__"]);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
});
