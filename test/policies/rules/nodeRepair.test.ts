import assert from "node:assert/strict";

import { nodeRepair } from "../../../policies/rules/nodeRepair.js";
import { managedNodeGroup, nodeGroup } from "../awsFixtures.js";
import { messages } from "../fixtures.js";

describe("node-repair", () => {
  it("accepts repair, groups without GPUs, and the component that has no such setting", async () => {
    const plain = nodeGroup({ instanceTypes: ["m7i.large"], nodeRepairConfig: undefined });
    assert.deepEqual(await messages(nodeRepair, [nodeGroup(), plain, managedNodeGroup()]), []);
  });

  it("refuses a GPU group without it", async () => {
    const off = [undefined, {}, { enabled: false }].map((nodeRepairConfig) => nodeGroup({ nodeRepairConfig }));
    assert.deepEqual(await messages(nodeRepair, off), [
      "nodeRepairConfig.enabled is not set: set it to true",
      "nodeRepairConfig.enabled is not set: set it to true",
      "nodeRepairConfig.enabled is false: set it to true",
    ]);
  });
});
