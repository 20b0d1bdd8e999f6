import assert from "node:assert/strict";

import { z } from "zod";

import { joinPath, parse } from "../../components/config/parse.js";
import { formatProblem } from "../../components/config/problems.js";

const point = z.strictObject({
  x: z.int().min(1),
  tags: z.array(z.string()).default([]),
  inner: z.strictObject({ depth: z.number().lt(10) }).optional(),
  by: z.record(z.string(), z.strictObject({ on: z.boolean() })).default({}),
  kind: z.enum(["left", "right"]).default("left"),
  any: z.union([z.string(), z.number()]).optional(),
  name: z
    .string()
    .regex(/^[a-z]+$/, "is no name: use small letters")
    .optional(),
  code: z.string().regex(/^\d+$/).optional(),
  text: z.string().min(1, "is empty: write something").optional(),
});

function problems(input: unknown): string[] {
  return parse(point, input, "p").problems.map(formatProblem);
}

const KEYS = "x, tags, inner, by, kind, any, name, code or text";

describe("parse", () => {
  it("gives the value with its defaults", () => {
    const value = { x: 2, tags: [], by: {}, kind: "left" };
    assert.deepEqual(parse(point, { x: 2 }, "p"), { value, parts: value, problems: [] });
  });

  const cases: Array<[name: string, input: unknown, problems: string[]]> = [
    ["something missing", {}, ["p.x: is missing: give a number"]],
    ["the whole missing", undefined, ["p: is missing: give an object such as { x: …, kind: left }"]],
    ["another type", { x: "1" }, ['p.x: "1" is text: write the number without quotes']],
    ["a fraction", { x: 1.5 }, ["p.x: 1.5 is a number: use a whole number"]],
    ["a list", { x: [1] }, ["p.x: [1] is a list: use a number"]],
    ["an object", { x: {} }, ["p.x: {} is an object: use a number"]],
    ["a truth value", { x: true }, ["p.x: true is true or false: use a number"]],
    ["too little", { x: 0 }, ["p.x: 0 is too small: use at least 1"]],
    ["just too much", { x: 1, inner: { depth: 10 } }, ["p.inner.depth: 10 is too large: use less than 10"]],
    [
      "an item of a list",
      { x: 1, tags: ["a", 2] },
      [
        'p.tags[1]: is read as the number 2: quote it as it is meant, such as "1.30", since a number loses zeros and digits',
      ],
    ],
    ["an entry of a record", { x: 1, by: { "a b": { on: 1 } } }, ['p.by["a b"].on: 1 is a number: use true or false']],
    [
      "another choice",
      { x: 1, kind: "rihgt" },
      ['p.kind: "rihgt" is not allowed: use left or right; did you mean right?'],
    ],
    ["none of a union", { x: 1, any: true }, ["p.any: true is not allowed: use text or a number"]],
    ["a form with its own words", { x: 1, name: "A" }, ['p.name: "A" is no name: use small letters']],
    ["a form without words", { x: 1, code: "a" }, ['p.code: "a" has the wrong form']],
    ["a length with its own words", { x: 1, text: "" }, ["p.text: is empty: write something"]],
    ["an unknown key", { x: 1, knd: 1 }, [`p.knd: unknown key; did you mean kind or any? Allowed: ${KEYS}`]],
    [
      "an unknown key of an optional object",
      { x: 1, inner: { depth: 1, dpeth: 1 } },
      ["p.inner.dpeth: unknown key; did you mean depth? Allowed: depth"],
    ],
    [
      "an unknown key of a record's entry",
      { x: 1, by: { a: { on: true, onn: 1 } } },
      ["p.by.a.onn: unknown key; did you mean on? Allowed: on"],
    ],
    [
      "several at once",
      { x: 0, tags: 5, kidn: 1, tgas: 1 },
      [
        "p.x: 0 is too small: use at least 1",
        "p.tags: 5 is a number: use a list such as […]",
        `p.kidn: unknown key; did you mean kind? Allowed: ${KEYS}`,
        `p.tgas: unknown key; did you mean tags? Allowed: ${KEYS}`,
      ],
    ],
  ];
  for (const [name, input, expected] of cases) {
    it(`reports ${name}`, () => assert.deepEqual(problems(input), expected));
  }

  it("cuts a long value", () => {
    assert.deepEqual(problems({ x: "a".repeat(100) }), [`p.x: "${"a".repeat(76)}… is text: use a number`]);
  });

  it("gives no value with a problem", () => assert.equal(parse(point, {}, "p").value, undefined));
});

describe("joinPath", () => {
  it("adds keys, indices and quoted keys", () => {
    assert.equal(joinPath("vllm:models", ["chat", "servedNames", 1]), "vllm:models.chat.servedNames[1]");
    assert.equal(joinPath("p", ["a-b_c", "d e", "", 'f"g']), 'p.a-b_c["d e"][""]["f\\"g"]');
    assert.equal(joinPath("p", []), "p");
  });
});
