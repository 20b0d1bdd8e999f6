import assert from "node:assert/strict";

import { labelSelector } from "../../../policies/read/selectors.js";
import type { Json } from "../fixtures.js";

const LABELS = new Map([
  ["app", "vllm"],
  ["release", "r1"],
]);

describe("labelSelector", () => {
  const cases: Array<[string, Json, boolean]> = [
    ["an empty selector", {}, true],
    ["no selector", undefined, false],
    ["null", null, false],
    ["labels it has", { matchLabels: { app: "vllm", release: "r1" } }, true],
    ["one label of another value", { matchLabels: { app: "vllm", release: "r2" } }, false],
    ["In with its value", { matchExpressions: [{ key: "release", operator: "In", values: ["r1", "r2"] }] }, true],
    ["In without its value", { matchExpressions: [{ key: "release", operator: "In", values: ["r2"] }] }, false],
    ["In of a label it lacks", { matchExpressions: [{ key: "class", operator: "In", values: ["batch"] }] }, false],
    ["NotIn without its value", { matchExpressions: [{ key: "release", operator: "NotIn", values: ["r2"] }] }, true],
    ["NotIn of a label it lacks", { matchExpressions: [{ key: "class", operator: "NotIn", values: ["x"] }] }, true],
    ["NotIn with its value", { matchExpressions: [{ key: "release", operator: "NotIn", values: ["r1"] }] }, false],
    ["Exists", { matchExpressions: [{ key: "app", operator: "Exists" }] }, true],
    ["Exists of a label it lacks", { matchExpressions: [{ key: "class", operator: "Exists" }] }, false],
    ["DoesNotExist", { matchExpressions: [{ key: "class", operator: "DoesNotExist" }] }, true],
    ["an operator that there is not", { matchExpressions: [{ key: "app", operator: "Equals" }] }, false],
    [
      "labels it has with an expression that fails",
      { matchLabels: { app: "vllm" }, matchExpressions: [{ key: "app", operator: "DoesNotExist" }] },
      false,
    ],
  ];
  for (const [what, selector, expected] of cases) {
    it(`${expected ? "selects" : "does not select"} by ${what}`, () =>
      assert.equal(labelSelector(selector).selects(LABELS), expected));
  }
});
