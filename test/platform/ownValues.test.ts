import assert from "node:assert/strict";

import { formatProblem } from "../../components/config/problems.js";
import { checkOwnValues, withOwnValues } from "../../components/platform/ownValues.js";

const OURS = { replicas: 2, operator: { image: { tag: "v1" }, args: ["a"] } };

describe("withOwnValues", () => {
  it("puts values of the config's own beside those that are decided, at any depth", () => {
    const own = { extra: [1], operator: { image: { registry: "mirror" } } };
    assert.deepEqual(withOwnValues(OURS, own, "values"), {
      replicas: 2,
      extra: [1],
      operator: { image: { tag: "v1", registry: "mirror" }, args: ["a"] },
    });
    assert.equal(withOwnValues(OURS, undefined, "values"), OURS);
  });

  it("refuses each that is decided, also as a whole or as another type, and says where", () => {
    const own = { replicas: 3, operator: { image: "x", args: [] } };
    const decided = "is decided by this package, from the add-on's other keys: leave it out, and set those";
    assert.deepEqual(checkOwnValues(OURS, own, "v").map(formatProblem), [
      `v.replicas: ${decided}`,
      `v.operator.image: ${decided}`,
      `v.operator.args: ${decided}`,
    ]);
    assert.throws(() => withOwnValues(OURS, own, "v"), /v\.operator\.args/);
  });
});
