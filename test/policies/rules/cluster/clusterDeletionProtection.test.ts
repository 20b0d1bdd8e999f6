import assert from "node:assert/strict";

import { readPolicyConfig, runPolicies } from "../../../../tools/policyRunner.js";
import { clusterDeletionProtection } from "../../../../policies/rules/cluster/clusterDeletionProtection.js";
import { cluster, componentCluster, nativeCluster } from "../../awsFixtures.js";
import { messages, resource } from "../../fixtures.js";

describe("cluster-deletion-protection", () => {
  it("accepts a protected cluster in every form, and a component without inputs", async () => {
    const accepted = [cluster(), componentCluster(), nativeCluster(), resource("eks:index:Cluster", "models", {})];
    assert.deepEqual(await messages(clusterDeletionProtection, accepted), []);
  });

  it("refuses a cluster without protection", async () => {
    const unset = { deletionProtection: undefined };
    const refused = [
      cluster(unset),
      componentCluster(unset),
      cluster({ deletionProtection: false }),
      nativeCluster(unset),
    ];
    assert.deepEqual(await messages(clusterDeletionProtection, refused), [
      "deletionProtection is not set: set it to true",
      "deletionProtection is not set: set it to true",
      "deletionProtection is false: set it to true",
      "deletionProtection is not set: set it to true",
    ]);
  });

  it("stops production, and says nothing of staging", async () => {
    const levels = ["prod", "staging"].map(async (stack) => {
      const config = readPolicyConfig(`policies/config/${stack}.json`);
      const found = await runPolicies([cluster({ deletionProtection: false })], [clusterDeletionProtection], config);
      return found.map(({ level }) => level);
    });
    assert.deepEqual(await Promise.all(levels), [["mandatory"], []]);
  });
});
