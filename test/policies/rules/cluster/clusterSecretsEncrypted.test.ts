import assert from "node:assert/strict";

import { clusterSecretsEncrypted } from "../../../../policies/rules/cluster/clusterSecretsEncrypted.js";
import { KEY_ARN, cluster, componentCluster, nativeCluster } from "../../awsFixtures.js";
import { messages } from "../../fixtures.js";

const FIX = 'set ["secrets"], and provider.keyArn to a KMS key';

describe("cluster-secrets-encrypted", () => {
  it("accepts a key of the account in every form", async () => {
    assert.deepEqual(await messages(clusterSecretsEncrypted, [cluster(), componentCluster(), nativeCluster()]), []);
  });

  it("refuses a cluster without one", async () => {
    const encryption = [undefined, {}, { provider: { keyArn: KEY_ARN }, resources: [] }];
    const clusters = encryption.map((encryptionConfig) => cluster({ encryptionConfig }));
    const native = encryption.map((encryptionConfig) => nativeCluster({ encryptionConfig: [encryptionConfig] }));
    for (const refused of [clusters, native]) {
      assert.deepEqual(await messages(clusterSecretsEncrypted, refused), [
        `encryptionConfig.resources is not set: ${FIX}`,
        `encryptionConfig.resources is not set: ${FIX}`,
        `encryptionConfig.resources is []: ${FIX}`,
      ]);
    }
  });

  it("refuses pulumi-eks' cluster without one", async () => {
    assert.deepEqual(await messages(clusterSecretsEncrypted, componentCluster({ encryptionConfigKeyArn: undefined })), [
      "encryptionConfigKeyArn is not set: give the ARN of a KMS key",
    ]);
  });
});
