import assert from "node:assert/strict";

import fc from "fast-check";

import { readEngineConfig } from "../../stacks/engineConfig.js";

describe("readEngineConfig", () => {
  it("reads this project's values by key, and no others", () => {
    const all = { "vllm:namespace": "models", "aws:region": "us-east-1", "vllmx:namespace": "x", namespace: "y" };
    assert.deepEqual(readEngineConfig(all), { namespace: "models" });
  });

  it("reads structured values from JSON", () => {
    const all = { "vllm:access": '{"clientNamespaces":["assistant"]}', "vllm:list": ' [1, "two"]' };
    assert.deepEqual(readEngineConfig(all), { access: { clientNamespaces: ["assistant"] }, list: [1, "two"] });
  });

  it("leaves text as it is, also where it could be read as something else", () => {
    const all = { "vllm:a": "12345", "vllm:b": "true", "vllm:c": "null", "vllm:d": "{not json", "vllm:e": '"quoted"' };
    assert.deepEqual(readEngineConfig(all), { a: "12345", b: "true", c: "null", d: "{not json", e: '"quoted"' });
  });

  it("takes the engine's empty default for a value that is not set", () => {
    assert.deepEqual(readEngineConfig({ "vllm:huggingFaceToken": "", "vllm:access": "{}" }), { access: {} });
  });

  it("gives back every structured value that the engine wrote as JSON", () => {
    const structured = fc.jsonValue().filter((value) => value !== null && typeof value === "object");
    fc.assert(
      fc.property(structured, (value) => {
        assert.deepEqual(
          readEngineConfig({ "vllm:a": JSON.stringify(value) }),
          JSON.parse(`{"a":${JSON.stringify(value)}}`),
        );
      }),
    );
  });

  it("gives back every text that is not structured", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1 }).filter((text) => !/^\s*[[{]/.test(text)),
        (text) => assert.deepEqual(readEngineConfig({ "vllm:a": text }), { a: text }),
      ),
    );
  });
});
