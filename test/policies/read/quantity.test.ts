import assert from "node:assert/strict";

import fc from "fast-check";

import { quantityOf } from "../../../policies/read/quantity.js";

describe("quantityOf", () => {
  const known: Array<[unknown, number]> = [
    ["24Gi", 24 * 2 ** 30],
    ["24G", 24e9],
    ["500m", 0.5],
    ["1.5", 1.5],
    ["1e3", 1000],
    ["1E3", 1000],
    [".5Ki", 512],
    [2, 2],
  ];
  for (const [text, value] of known) it(`reads ${JSON.stringify(text)}`, () => assert.equal(quantityOf(text), value));

  for (const text of ["", "Gi", "1 Gi", "1gi", "1Kib", "1e3Ki", "one", null, undefined, {}, Number.NaN]) {
    it(`knows that ${JSON.stringify(text) ?? "nothing"} is none`, () => assert.equal(quantityOf(text), undefined));
  }

  it("reads an amount the same in Mi and Gi", () => {
    fc.assert(fc.property(fc.nat(4096), (gib) => assert.equal(quantityOf(`${gib}Gi`), quantityOf(`${gib * 1024}Mi`))));
  });
});
