import assert from "node:assert/strict";

import { clusterLogs } from "../../../../policies/rules/cluster/clusterLogs.js";
import { cluster, componentCluster, nativeCluster } from "../../awsFixtures.js";
import { messages } from "../../fixtures.js";

describe("cluster-logs", () => {
  it("accepts the three, and more", async () => {
    const enabledClusterLogTypes = ["scheduler", "authenticator", "audit", "api"];
    const accepted = [cluster(), cluster({ enabledClusterLogTypes }), componentCluster({ enabledClusterLogTypes })];
    assert.deepEqual(await messages(clusterLogs, accepted), []);
  });

  it("names what is missing", async () => {
    const none = { enabledClusterLogTypes: undefined };
    const some = { enabledClusterLogTypes: ["audit", "scheduler"] };
    assert.deepEqual(await messages(clusterLogs, [cluster(none), componentCluster(some)]), [
      "enabledClusterLogTypes lacks api, audit, authenticator: add what is missing",
      "enabledClusterLogTypes lacks api, authenticator: add what is missing",
    ]);
  });

  it("reads AWS Native's own form", async () => {
    const logging = { clusterLogging: { enabledTypes: [{ type: "api" }, { type: "scheduler" }] } };
    assert.deepEqual(await messages(clusterLogs, [nativeCluster(), nativeCluster({ logging })]), [
      "logging.clusterLogging.enabledTypes lacks audit, authenticator: add what is missing",
    ]);
  });
});
