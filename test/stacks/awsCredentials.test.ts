import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { awsCredentials } from "../../stacks/awsCredentials.js";

const ROLE = "arn:aws:iam::111122223333:role/deployer";

/** With the provider's config as the engine hands it over. */
function credentials(config: Record<string, unknown>) {
  const entries = Object.entries(config).map(([key, value]) => [
    `aws:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(entries) as Record<string, string>);
  try {
    return awsCredentials();
  } finally {
    pulumi.runtime.setAllConfig({});
  }
}

describe("awsCredentials", () => {
  it("leaves it to the environment where the stack says nothing", () => {
    assert.deepEqual(credentials({ region: "eu-central-1" }), {});
  });

  it("asks by the provider's profile and in its role", () => {
    assert.deepEqual(credentials({ profile: "staging" }), { profile: "staging" });
    const role = { roleArn: ROLE, sessionName: "pulumi", duration: "1h" };
    assert.deepEqual(credentials({ profile: "staging", assumeRoles: [role] }), { profile: "staging", roleArn: ROLE });
  });

  for (const [name, config] of [
    ["aws:accessKey, aws:secretKey", { accessKey: "AKIA", secretKey: "s3cret" }],
    ["aws:assumeRoleWithWebIdentity", { assumeRoleWithWebIdentity: { roleArn: ROLE } }],
    ["aws:assumeRoles[0].externalId", { assumeRoles: [{ roleArn: ROLE, externalId: "e" }] }],
    ["aws:assumeRoles[1]", { assumeRoles: [{ roleArn: ROLE }, { roleArn: ROLE }] }],
  ] as const) {
    it(`refuses ${name}, with which no kubeconfig can ask, and shows no value`, () => {
      assert.throws(
        () => credentials(config),
        (thrown: Error) => {
          assert.ok(pulumi.RunError.isInstance(thrown));
          assert.ok(
            thrown.message.startsWith(`${name}: the cluster's kubeconfig asks the aws command`),
            thrown.message,
          );
          assert.doesNotMatch(thrown.message, /AKIA|s3cret/);
          return true;
        },
      );
    });
  }
});
