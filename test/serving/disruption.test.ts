import assert from "node:assert/strict";

import { disruptionBudgetSpec } from "../../components/serving/disruption.js";
import { SELECTOR } from "./fixtures.js";

describe("disruptionBudgetSpec", () => {
  it("lets a drain take one replica at a time, and one that is not ready always", () => {
    assert.deepEqual(disruptionBudgetSpec(SELECTOR), {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: SELECTOR },
    });
  });
});
