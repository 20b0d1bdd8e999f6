import assert from "node:assert/strict";

import { probesPresent } from "../../../../policies/rules/lifecycle/probesPresent.js";
import { deployment, messages, plainPod } from "../../fixtures.js";

describe("probes-present", () => {
  it("accepts a runtime with both, and asks nothing of other pods", async () => {
    assert.deepEqual(await messages(probesPresent, [deployment(), plainPod()]), []);
  });

  for (const probe of ["startupProbe", "readinessProbe"]) {
    it(`refuses a runtime without ${probe}, or with an empty one`, async () => {
      for (const value of [undefined, null, {}]) {
        assert.deepEqual(await messages(probesPresent, deployment({ container: { [probe]: value } })), [
          `container "vllm": no ${probe}: add one on GET /health`,
        ]);
      }
    });
  }
});
