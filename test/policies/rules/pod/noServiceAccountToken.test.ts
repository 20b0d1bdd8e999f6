import assert from "node:assert/strict";

import { noServiceAccountToken } from "../../../../policies/rules/pod/noServiceAccountToken.js";
import { deployment, messages, plainPod } from "../../fixtures.js";

describe("no-service-account-token", () => {
  it("accepts a runtime without token, and asks nothing of other pods", async () => {
    assert.deepEqual(await messages(noServiceAccountToken, [deployment(), plainPod()]), []);
  });

  it("refuses a runtime with one, the default included", async () => {
    for (const [value, shown] of [
      [undefined, "not set"],
      [true, "true"],
    ] as const) {
      const mounted = deployment({ pod: { automountServiceAccountToken: value } });
      assert.deepEqual(await messages(noServiceAccountToken, mounted), [
        `automountServiceAccountToken is ${shown}: set it to false in the pod's spec`,
      ]);
    }
  });
});
