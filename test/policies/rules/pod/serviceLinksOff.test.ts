import assert from "node:assert/strict";
import { serviceLinksOff } from "../../../../policies/rules/pod/serviceLinksOff.js";
import { deployment, messages, plainPod } from "../../fixtures.js";

describe("service-links-off", () => {
  it("accepts a runtime without service links, and pods of others", async () => {
    assert.deepEqual(await messages(serviceLinksOff, [deployment(), plainPod()]), []);
  });

  for (const [enableServiceLinks, state] of [
    [true, "is true"],
    [undefined, "is not set"],
  ] as const) {
    it(`refuses a runtime where enableServiceLinks ${state}`, async () => {
      assert.deepEqual(await messages(serviceLinksOff, deployment({ pod: { enableServiceLinks } })), [
        `enableServiceLinks ${state}: set it to false in the pod's spec`,
      ]);
    });
  }
});
