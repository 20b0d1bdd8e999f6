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

  for (const type of [
    "aws-native:iam:AccessKey",
    "gcp:serviceaccount/key:Key",
    "alicloud:ram/accessKey:AccessKey",
    "kubernetes:iam.aws.upbound.io/v1beta1:AccessKey",
    "kubernetes:iam.aws.m.upbound.io/v1beta1:AccessKey",
  ]) {
    it(`refuses ${type}`, async () => {
      assert.equal((await messages(noStaticKeys, resource(type, "ci", {}))).length, 1);
    });
  }

  it("refuses a provider with a key of its own", async () => {
    const provider = (props: { [key: string]: string }) => resource("pulumi:providers:aws", "other", props);
    const key = { accessKey: "AKIA", secretKey: "secret" };
    const accepted = [
      provider({ region: "eu-west-1", profile: "models" }),
      provider({ accessKey: "" }),
      provider({ ...key, token: "session" }),
      provider({ ...key, endpoints: '[{"s3":"http://minio:9000"}]' }),
    ];
    assert.deepEqual(await messages(noStaticKeys, [...accepted, provider(key)]), [
      "accessKey is a key that never expires: leave it out, and let whoever runs the program take on a role",
    ]);
  });
});
