import assert from "node:assert/strict";

import fc from "fast-check";

import {
  ContractError,
  didYouMean,
  error,
  formatProblem,
  listOr,
  nearest,
  quote,
  throwIfErrors,
  warning,
} from "../../components/config/problems.js";

describe("a problem", () => {
  it("is printed as path and message", () => {
    assert.equal(formatProblem(error("vllm:models.chat", "is wrong: do this")), "vllm:models.chat: is wrong: do this");
  });
});

describe("a problem with lines", () => {
  it("has them below it, each as text", () => {
    const problem = error("kwok", "could not be built. Go says:", ["a: b", "::error::x\u001b"]);
    assert.equal(formatProblem(problem), "kwok: could not be built. Go says:\n    a: b\n    \\::error::x\\u001b");
    assert.equal(formatProblem(error("a\nb", "c\nd")), "a\\nb: c\\nd");
  });
});

describe("throwIfErrors", () => {
  it("throws once, with every error and no warning", () => {
    const problems = [error("a", "one"), warning("b", "two"), error("c", "three")];
    assert.throws(
      () => throwIfErrors(problems),
      (thrown) => {
        assert.ok(thrown instanceof ContractError);
        assert.equal(thrown.name, "ContractError");
        assert.equal(thrown.message, "a: one\nc: three");
        assert.deepEqual(thrown.problems, [problems[0], problems[2]]);
        return true;
      },
    );
  });

  it("lets warnings pass", () => assert.doesNotThrow(() => throwIfErrors([warning("b", "two")])));
});

describe("quote", () => {
  it("is JSON", () => {
    assert.equal(quote('a"b'), '"a\\"b"');
    assert.equal(quote({ a: [1] }), '{"a":[1]}');
    assert.equal(quote(undefined), "nothing");
  });

  it("shows no password of a URL, and nothing invisible", () => {
    assert.equal(quote("https://user:p4ss@host/x"), '"https://…@host/x"');
    assert.equal(quote("https://user:p4/ss@host/x"), '"https://…@host/x"');
    assert.equal(quote("http:user:p4ss@host"), '"http:…@host"');
    assert.equal(quote({ url: "redis://:p4ss@host" }), '{"url":"redis://…@host"}');
    assert.doesNotMatch(quote(`https://user:p4ss${"x".repeat(5000)}@host`), /p4ss/);
    assert.equal(quote("vllm/vllm-openai:v0.30.0@sha256:8a"), '"vllm/vllm-openai:v0.30.0@sha256:8a"');
    assert.equal(quote(Infinity), "Infinity");
    assert.equal(quote("a\u202eb\u007f"), '"a\\u202eb\\u007f"');
  });

  it("cuts at 80 characters", () => {
    assert.equal(quote("a".repeat(78)), `"${"a".repeat(78)}"`);
    assert.equal(quote("a".repeat(79)), `"${"a".repeat(76)}…`);
  });
});

describe("listOr", () => {
  it("joins with commas and a last or", () => {
    assert.equal(listOr([]), "");
    assert.equal(listOr(["a"]), "a");
    assert.equal(listOr(["a", "b"]), "a or b");
    assert.equal(listOr(["a", "b", "c"]), "a, b or c");
  });
});

describe("nearest", () => {
  it("puts the nearest first, and equally near ones by name", () => {
    assert.deepEqual(nearest("seed", ["seeds", "sede", "speed", "feed"]), ["feed", "seeds", "speed"]);
  });

  it("is at most three", () => assert.equal(nearest("ab", ["aa", "ac", "ad", "ae"]).length, 3));

  it("does not mind upper case", () => assert.deepEqual(nearest("INFLIGHT", ["inFlight"]), ["inFlight"]));

  it("leaves out what is further than a third of the name", () => {
    assert.deepEqual(nearest("max-model-len", ["max-models", "port"]), ["max-models"]);
    assert.deepEqual(nearest("port", ["host", "uds"]), ["host"]);
    assert.deepEqual(nearest("tool", ["quantization"]), []);
  });

  it("finds a name that is among the candidates, first", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (names) => {
        const [name] = names as [string];
        assert.equal(nearest(name, names)[0]!.toLowerCase(), name.toLowerCase());
      }),
    );
  });
});

describe("didYouMean", () => {
  it("asks, or says nothing", () => {
    assert.equal(didYouMean("clas", ["class", "route"]), "; did you mean class?");
    assert.equal(didYouMean("zzzzzz", ["class"]), "");
  });
});
