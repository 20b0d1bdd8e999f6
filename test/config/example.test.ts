import assert from "node:assert/strict";

import { z } from "zod";

import { exampleOf } from "../../components/config/example.js";

const flag = z.strictObject({ value: z.union([z.string(), z.boolean()]), reason: z.string() });

describe("exampleOf", () => {
  const cases: [name: string, schema: z.ZodType, got: unknown, example: string | undefined][] = [
    ["what has to be given", z.strictObject({ a: z.string(), b: z.number().optional() }), undefined, "{ a: … }"],
    ["defaults where there is room", z.strictObject({ a: z.string(), n: z.int().default(1) }), 5, "{ a: …, n: 1 }"],
    ["what was given in its place", flag, true, "{ value: true, reason: … }"],
    ["a text that YAML would take for something else in quotes", flag, "yes", '{ value: "yes", reason: … }'],
    ["two keys where none has to be given", z.strictObject({ a: z.string().optional() }), "x", "{ a: … }"],
    ["an entry of a record", z.record(z.string(), flag), "x", "{ <name>: { value: x, reason: … } }"],
    ["an entry that may be anything", z.record(z.string(), z.unknown()), 7, "{ <name>: … }"],
    ["an item of a list", z.array(z.string()), "chat", "[chat]"],
    ["nothing of a text", z.string(), 5, undefined],
  ];
  for (const [name, schema, got, example] of cases) {
    it(`shows ${name}`, () => assert.equal(exampleOf(schema.optional(), got), example));
  }
});
