import assert from "node:assert/strict";

import fc from "fast-check";

import { contractHash, contractText, type RuntimeContract } from "../../components/contract/contract.js";
import { type Changes, contract as plan, release, REVISION } from "./fixtures.js";

const contract = (changes?: Changes, modelChanges?: Changes): RuntimeContract => plan(changes, modelChanges).contract;

/** The same contract, the keys of each object in another order. */
function reordered<T>(value: T): T {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, inner]) => [key, reordered(inner as unknown)])) as T;
}

describe("contractText", () => {
  it("is what the reviewer stated, with the tokenizer of the model", () => {
    assert.deepEqual(JSON.parse(contractText(contract())), {
      name: "chat",
      release: "r1",
      ...release(),
      model: {
        id: "Qwen/Qwen3-8B",
        revision: REVISION,
        tokenizer: "Qwen/Qwen3-8B",
        tokenizerRevision: REVISION,
      },
      gpu: { type: "l4", count: 1, memoryUtilization: 0.9 },
      resources: {},
      env: {},
    });
  });

  it("has sorted keys", () => {
    const text = contractText(contract());
    assert.ok(text.startsWith('{"concurrency":{"inFlight":48,"sequences":16},"context":8192,'));
    const keys = Object.keys(JSON.parse(text) as object);
    assert.deepEqual(keys, [...keys].sort());
  });

  it("keeps the order of lists", () => {
    const flags = { list: { value: ["b=/b", "a=/a"], reason: "x" } };
    const text = contractText({ ...contract(), flags });
    assert.ok(text.includes('"value":["b=/b","a=/a"]'));
  });
});

describe("contractHash", () => {
  const base = contractHash(contract());

  it("has 16 hex digits", () => assert.match(base, /^[0-9a-f]{16}$/));

  it("is the same for keys in another order", () => {
    const chat = contract();
    assert.notDeepEqual(Object.keys(reordered(chat)), Object.keys(chat));
    assert.equal(contractHash(reordered(chat)), base);
  });

  it("is the same for flags in any order", () => {
    const flags = {
      a: { value: 1, reason: "x" },
      b: { value: 2, reason: "y" },
      c: { value: { z: 1, y: 2 }, reason: "z" },
    };
    const hash = contractHash({ ...contract(), flags });
    fc.assert(
      fc.property(fc.shuffledSubarray(Object.entries(flags), { minLength: 3 }), (entries) => {
        assert.equal(contractHash({ ...contract(), flags: Object.fromEntries(entries) }), hash);
      }),
    );
  });

  const changes: Array<[name: string, changes: Changes]> = [
    ["the revision", { "model/revision": "0".repeat(40) }],
    ["the tokenizer's revision", { "model/tokenizerRevision": "0".repeat(40) }],
    ["the image", { image: "vllm/vllm-openai:v0.30.0" }],
    ["a flag", { "flags/seed": { value: 1, reason: "x" } }],
    ["a flag's reason", { "flags/tool-call-parser/reason": "another" }],
    ["the context", { context: 4096 }],
    ["the limit in flight", { "concurrency/inFlight": 49 }],
    ["a variable", { "env/A": { value: "1", reason: "x" } }],
    ["the memory", { "resources/memoryGiB": 16 }],
  ];
  for (const [name, change] of changes) {
    it(`changes with ${name}`, () => assert.notEqual(contractHash(contract(change)), base));
  }

  const modelChanges: Array<[name: string, changes: Changes]> = [
    ["scaling bounds", { "chat/autoscaling": { min: 2, max: 9, targetUtilization: 0.5, scaleDownSeconds: 900 } }],
    ["served names", { "chat/servedNames": ["qwen3-8b", "chat"] }],
    ["the drain", { "chat/drainSeconds": 300 }],
    ["the class of traffic", { "chat/class": "batch" }],
    ["warm spares", { "chat/warmSpares": 2 }],
  ];
  for (const [name, change] of modelChanges) {
    it(`does not change with the model's ${name}`, () => assert.equal(contractHash(contract({}, change)), base));
  }
});
