import assert from "node:assert/strict";

import { noStaticKeys } from "../../../../policies/rules/aws/noStaticKeys.js";
import { role } from "../../awsFixtures.js";
import { messages, resource } from "../../fixtures.js";

describe("no-static-keys", () => {
  it("accepts roles", async () => {
    assert.deepEqual(await messages(noStaticKeys, role()), []);
  });

  it("refuses every access key", async () => {
    for (const changes of [{}, { status: "Inactive" }]) {
      const key = resource("aws:iam/accessKey:AccessKey", "ci", { user: "ci", ...changes });
      assert.deepEqual(await messages(noStaticKeys, key), [
        "an access key never expires: use a role, by EKS Pod Identity for pods or OIDC for pipelines",
      ]);
    }
  });
});
