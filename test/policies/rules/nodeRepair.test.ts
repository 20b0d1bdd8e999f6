import assert from "node:assert/strict";

import { nodeRepair } from "../../../policies/rules/nodeRepair";
import { managedNodeGroup, nodeGroup } from "../awsFixtures";
import { messages } from "../fixtures";

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
