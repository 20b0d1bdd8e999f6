import assert from "node:assert/strict";

import fc from "fast-check";

import { alternativesIn, hidesMissing, metricsIn, partsOf } from "../../../policies/read/promql.js";

describe("metricsIn", () => {
  const queries: Array<[string, string[]]> = [
    ["sum(rate(a_total[5m])) by (cpu)", ["a_total"]],
    ['sum by (cpu) (vllm:x{cpu="memory"} offset 5m)', ["vllm:x"]],
    ['{__name__="a", job="b"} or {"c"}', ["a", "c"]],
    ['{__name__=~"a|b"}', ["a|b"]],
    ["a and on (pod) group_left (node) b # c", ["a", "b"]],
    ["1e3 * time() + vector(2)", []],
  ];
  for (const [query, names] of queries) {
    it(`reads ${query}`, () => assert.deepEqual(metricsIn(partsOf(query)), names));
  }

  it("reads any text without an error", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        metricsIn(partsOf(text));
        hidesMissing(text);
        assert.ok(Array.isArray([...alternativesIn(partsOf(text))]));
      }),
    );
  });
});
