import assert from "node:assert/strict";

import fc from "fast-check";

import { openRanges } from "../../../policies/read/networks.js";

describe("openRanges", () => {
  for (const cidrs of [
    ["0.0.0.0/0"],
    ["10.1.2.3/0"],
    ["0.0.0.0/00"],
    ["::/0"],
    ["0:0:0:0:0:0:0:0/0"],
    ["0.0.0.0/1"],
    ["128.0.0.0/2"],
    ["2000::/3"],
    ["::/1"],
    ["0.0.0.0/1", "128.0.0.0/1"],
    Array.from({ length: 256 }, (_, index) => `${index}.0.0.0/8`),
  ]) {
    it(`finds that ${cidrs.slice(0, 2).join(" and ")} are open`, () => {
      assert.deepEqual(openRanges(["203.0.113.0/24", ...cidrs]).slice(-cidrs.length), cidrs);
    });
  }

  for (const cidrs of [
    [],
    ["203.0.113.0/24", "2001:db8::/32", "198.51.100.10/32"],
    ["198.51.100.10"],
    ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
    ["17.0.0.0/8", "17.0.0.0/8", "17.1.0.0/16", "16.0.0.0/8"],
    Array.from({ length: 40 }, () => "17.0.0.0/8"),
    ["everywhere", "0.0.0.0/33", "/0"],
  ]) {
    it(`finds nothing in ${cidrs.slice(0, 3).join(", ") || "no range"}`, () => {
      assert.deepEqual(openRanges(cidrs), []);
    });
  }

  it("names the range that is open alone, not the others", () => {
    assert.deepEqual(openRanges(["203.0.113.0/24", "0.0.0.0/0"]), ["0.0.0.0/0"]);
  });

  it("finds the same in any order, and with ranges that are in others", () => {
    const parts = ["0.0.0.0/5", "8.0.0.0/6", "12.0.0.0/6", "8.8.8.8/32"];
    fc.assert(
      fc.property(fc.shuffledSubarray(parts, { minLength: parts.length }), (shuffled) => {
        assert.equal(openRanges(shuffled).length, parts.length);
      }),
    );
    assert.deepEqual(openRanges(parts.slice(0, 2)), []);
  });
});
