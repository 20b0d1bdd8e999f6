import assert from "node:assert/strict";

import { disruptionBudgetSpec } from "../../components/serving/disruption";
import { SELECTOR } from "./fixtures";

describe("disruptionBudgetSpec", () => {
  it("lets a drain take one replica at a time, and one that is not ready always", () => {
    assert.deepEqual(disruptionBudgetSpec(SELECTOR), {
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: "AlwaysAllow",
      selector: { matchLabels: SELECTOR },
    });
  });
});
