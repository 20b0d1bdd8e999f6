import assert from "node:assert/strict";

import { DROPPED_FLAGS } from "../../components/facts/vllm/droppedFlags.js";
import { flagTable, KNOWN_VERSIONS, versionNamed } from "../../components/facts/vllm/versions.js";
import { type FlagFacts, isBefore } from "../../components/facts/vllm/version.js";

const TYPES = ["string", "boolean", "integer", "number", "json", "json-or-string", "integer-or-suffix"];
const KEYS = ["type", "choices", "default", "aliases", "opposites", "repeated", "appended", "negatable"];

describe("the flag tables", () => {
  it("are of releases, the newest last", () => {
    for (const version of KNOWN_VERSIONS) assert.match(version, /^\d+\.\d+\.\d+$/);
    assert.deepEqual(
      KNOWN_VERSIONS,
      KNOWN_VERSIONS.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })),
    );
  });

  it("are missing for other versions", () => assert.equal(flagTable("0.28.0"), undefined));

  for (const version of KNOWN_VERSIONS) {
    describe(version, () => {
      const table = flagTable(version)!;

      it("has hundreds of flags", () => assert.ok(table.size >= 290, String(table.size)));

      it("names each without dashes, by words", () => {
        for (const name of table.keys()) assert.match(name, /^[a-z0-9]+(-[a-z0-9]+)*$/);
      });

      it("gives each a known type and no unknown fact", () => {
        for (const [name, facts] of table) {
          assert.ok(TYPES.includes(facts.type), `${name}: ${facts.type}`);
          assert.deepEqual(
            Object.keys(facts).filter((key) => !KEYS.includes(key)),
            [],
            name,
          );
        }
      });

      it("says what is a list, and what can be negated, of the right types only", () => {
        for (const [name, facts] of table) {
          if (facts.negatable) assert.equal(facts.type, "boolean", name);
          if (facts.repeated || facts.appended) assert.match(facts.type, /^(string|integer)$/, name);
          assert.ok(!(facts.repeated && facts.appended), name);
        }
      });

      it("registers parsers of its own, sorted", () => {
        const { tool, reasoning } = versionNamed(version)!.parsers;
        for (const names of [tool, reasoning]) {
          assert.ok(names.includes("mistral"));
          assert.deepEqual([...names], [...names].sort());
        }
      });

      it("registers architectures, and none that it dropped", () => {
        const { architectures, droppedArchitectures } = versionNamed(version)!;
        for (const name of ["LlamaForCausalLM", "Qwen3NextForCausalLM", "BertModel"])
          assert.ok(architectures.has(name));
        for (const [name, last] of droppedArchitectures) {
          assert.ok(!architectures.has(name), name);
          assert.ok(isBefore(last, version), `${name}: ${last}`);
        }
      });

      it("drops no flag that it has, but one that came with 0.30.0 and went", () => {
        assert.deepEqual(
          [...DROPPED_FLAGS.keys()].filter((name) => table.has(name)),
          version === "0.30.0" ? ["enable-mamba-fine-grained-prefix-cache"] : [],
        );
      });

      it("has other spellings that are no flags, with their dashes", () => {
        for (const [name, { aliases = [], opposites = [] }] of table) {
          for (const alias of [...aliases, ...opposites]) {
            assert.match(alias, /^--?[a-z]/);
            assert.ok(!table.has(alias.replace(/^-+/, "")), `${alias} of ${name}`);
          }
        }
      });

      const known: Array<[name: string, facts: FlagFacts]> = [
        ["max-model-len", { type: "integer-or-suffix" }],
        ["enable-prefix-caching", { type: "boolean", negatable: true }],
        ["served-model-name", { type: "string", repeated: true }],
        ["shutdown-timeout", { type: "integer", default: "0" }],
        ["max-num-queued-reqs", { type: "integer" }],
      ];
      for (const [name, facts] of known) {
        it(`knows ${name}`, () => {
          const { type, negatable, repeated, default: byDefault } = table.get(name)!;
          const found = { type, ...(negatable && { negatable }), ...(repeated && { repeated }) };
          assert.deepEqual({ ...found, ...(facts.default && { default: byDefault }) }, facts);
        });
      }

      it("does not know flags that are gone", () => assert.equal(table.has("disable-log-requests"), false));
    });
  }
});

describe("isBefore", () => {
  const cases: Array<[version: string, other: string, before: boolean]> = [
    ["0.11.0", "0.29.0", true],
    ["0.9.2", "0.10.0", true],
    ["0.29.0", "0.29.0", false],
    ["0.29.0rc1", "0.29.0", false],
    ["0.30.0", "0.29.1", false],
    ["1.0.0", "0.29.0", false],
  ];
  for (const [version, other, before] of cases) {
    it(`of ${version} and ${other} is ${before}`, () => assert.equal(isBefore(version, other), before));
  }
});
