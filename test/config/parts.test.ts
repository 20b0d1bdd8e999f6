import assert from "node:assert/strict";

import { z } from "zod";

import { entriesOf, from, given, isWhole, partsOf, WRONG } from "../../components/config/parts.js";
import { error } from "../../components/config/problems.js";

const point = z.strictObject({
  x: z.int().min(1),
  tags: z.array(z.string()).default([]),
  inner: z.strictObject({ depth: z.number().lt(10), width: z.number() }).optional(),
  by: z.record(z.string(), z.strictObject({ on: z.boolean() })).default({}),
  kind: z.enum(["left", "right"]).default("left"),
});

describe("partsOf", () => {
  it("is the parsed value where all is right", () => {
    assert.deepEqual(partsOf(point, { x: 2 }), { x: 2, tags: [], by: {}, kind: "left" });
  });

  it("keeps what is right and marks what is not, whatever else is there", () => {
    assert.deepEqual(partsOf(point, { x: "2", tags: ["a"], kind: "up", more: 1 }), {
      ...{ x: WRONG, tags: ["a"], by: {}, kind: WRONG },
    });
  });

  it("marks an entry of a list and keeps the places of the others", () => {
    assert.deepEqual(partsOf(point, { x: 1, tags: ["a", 5, "b"] }).tags, ["a", WRONG, "b"]);
  });

  it("keeps the names of a record's entries, wrong ones too", () => {
    assert.deepEqual(partsOf(point, { x: 2, by: { a: { on: true }, b: 5 } }).by, {
      a: { on: true },
      b: { on: WRONG },
    });
    assert.equal(partsOf(point, { x: 2, by: 5 }).by, WRONG);
  });

  it("has all keys of an object that is wrong as a whole, and none of one that may be missing and is", () => {
    assert.deepEqual(partsOf(point, { x: 1, inner: "deep" }).inner, { depth: WRONG, width: WRONG });
    assert.ok(!("inner" in partsOf(point, { x: "1" })));
  });

  for (const input of [undefined, null, 5, "text", [1]]) {
    it(`marks every part of ${JSON.stringify(input) ?? "nothing"}`, () => {
      const inner = { depth: WRONG, width: WRONG };
      assert.deepEqual(partsOf(point, input), { x: WRONG, tags: WRONG, inner, by: WRONG, kind: WRONG });
    });
  }
});

describe("what follows from parts", () => {
  it("is worked out only where every part of every value is right", () => {
    assert.equal(
      from([1, { a: [2] }], (one, { a }) => one + a[0]),
      3,
    );
    assert.equal(
      from([1, { a: [WRONG] }], () => 3),
      WRONG,
    );
    assert.ok(!isWhole({ a: { b: [1, WRONG] } }));
  });

  it("counts a value that is not there as right", () => {
    assert.equal(
      from([undefined], (value) => value ?? "default"),
      "default",
    );
  });

  it("has no problems where a part is wrong: it has been reported", () => {
    const check = (value: number) => [error("p", `${value}`)];
    assert.deepEqual(given([5], check), [error("p", "5")]);
    assert.deepEqual(given([WRONG as number | typeof WRONG], check), []);
  });

  it("has no entries where a record is wrong or missing", () => {
    assert.deepEqual(entriesOf({ a: 1 }), [["a", 1]]);
    assert.deepEqual([entriesOf(WRONG), entriesOf(undefined)], [[], []]);
  });
});
