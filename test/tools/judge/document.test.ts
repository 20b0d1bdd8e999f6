import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { ContractError } from "../../../components/config/problems.js";
import { documentsOf } from "../../../tools/judge/document.js";

const values = (text: string): unknown[] => documentsOf(text, "a.yaml").map(({ value }) => value);

function problems(text: string): string[] {
  try {
    documentsOf(text, "a.yaml");
  } catch (thrown) {
    assert.ok(thrown instanceof ContractError);
    return thrown.message.split("\n");
  }
  return [];
}

describe("documentsOf", () => {
  it("reads any JSON, in either form, as the same value", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        fc.pre(!JSON.stringify(value).includes("__proto__"));
        const expected: unknown = JSON.parse(JSON.stringify(value));
        assert.deepEqual(values(JSON.stringify(value)), [expected]);
        // YAML keeps -0, which JSON writes as 0.
        assert.deepEqual(values(stringify(expected, { version: "1.1", aliasDuplicateObjects: false })), [expected]);
      }),
    );
  });

  it("reads every document of a YAML file, empty ones too, and knows where each begins", () => {
    const documents = documentsOf("# Source: a\n---\na: 1\n---\n# nothing\n---\n- b\n- c: 2\n", "a.yaml");
    assert.deepEqual(
      documents.map(({ value, lineOf }) => [value, lineOf()]),
      [
        [{ a: 1 }, 3],
        [null, 4],
        [["b", { c: 2 }], 7],
      ],
    );
    assert.equal(documents[2]!.lineOf(1), 8);
  });

  it("knows the lines of a list's items, in YAML and in JSON", () => {
    const yaml = "kind: List\nitems:\n  - a: 1\n  - b: 2\n";
    const json = '{\n "kind": "List",\n "items": [\n  { "a": "]" },\n  { "b": {\n} },\n  3 ] }';
    for (const [text, lines] of [
      [yaml, [3, 4]],
      [json, [4, 5]],
    ] as const) {
      const { lineOf } = documentsOf(text, "a")[0]!;
      assert.deepEqual([lineOf("items", 0), lineOf("items", 1)], lines);
    }
  });

  it("takes words for what kubectl and Helm take them for", () => {
    assert.deepEqual(values("a: [yes, on, y, True, no, off, 0777, 22:22, 2001-01-01, =, ~]")[0], {
      a: [true, true, true, true, false, false, 0o777, "22:22", "2001-01-01", "=", null],
    });
  });

  it("refuses a repeated key, with the line of the first", () => {
    assert.deepEqual(problems('{"a": {\n "b": 1,\n "\\u0062": 2 }}'), [
      'a.yaml:3: the key "b" is on line 2 already: leave one out',
    ]);
    assert.deepEqual(problems("a: 1\n---\nb: 1\nc: 2\nb: 3\n"), [
      'a.yaml:5:1: the key "b" is on line 3 already: leave one out',
    ]);
  });

  it("tells the errors of all documents", () => {
    assert.deepEqual(
      problems("a: 1\na: 2\n---\nb: [1\n---\nc: 3\nc: 4\n").map((line) => line.split(": ")[0]),
      ["a.yaml:2:1", "a.yaml:5:1", "a.yaml:7:1"],
    );
  });

  it("refuses what grows beyond all bounds, within a document and over many", () => {
    const bomb = (levels: number): string =>
      ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        .concat(
          Array.from({ length: levels }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(", ")}]`),
        )
        .join("\n");
    assert.match(
      problems(bomb(9))[0]!,
      /^a\.yaml: has more than 5,000,000 values, those that YAML aliases repeat included/,
    );
    assert.deepEqual(problems(bomb(3)), []);
    assert.match(problems(Array(60).fill(bomb(4)).join("\n---\n"))[0]!, /^a\.yaml: has more than 5,000,000 values/);
    assert.match(problems("[".repeat(10_000) + "]".repeat(10_000))[0]!, /^a\.yaml: is nested more than 64 levels deep/);
    assert.match(problems("{a: ".repeat(10_000))[0]!, /^a\.yaml: is nested more than 64 levels deep/);
  });
});
