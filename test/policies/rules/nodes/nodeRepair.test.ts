import assert from "node:assert/strict";

import { nodeRepair } from "../../../../policies/rules/nodes/nodeRepair.js";
import {
  defaultGroup,
  firstNodeGroup,
  managedNodeGroup,
  nativeNodeGroup,
  nodeGroup,
  selfManagedGroup,
} from "../../awsFixtures.js";
import { messages } from "../../fixtures.js";

describe("node-repair", () => {
  it("accepts repair, groups without GPUs, and the component that has no such setting", async () => {
    const plain = nodeGroup({ instanceTypes: ["m7i.large"], nodeRepairConfig: undefined });
    assert.deepEqual(await messages(nodeRepair, [nodeGroup(), plain, managedNodeGroup()]), []);
  });

  it("refuses a GPU group without it", async () => {
    const off = [undefined, {}, { enabled: false }].map((nodeRepairConfig) => nodeGroup({ nodeRepairConfig }));
    assert.deepEqual(
      await messages(nodeRepair, [nativeNodeGroup(), ...off, nativeNodeGroup({ nodeRepairConfig: {} })]),
      [
        "nodeRepairConfig.enabled is not set: set it to true",
        "nodeRepairConfig.enabled is not set: set it to true",
        "nodeRepairConfig.enabled is false: set it to true",
        "nodeRepairConfig.enabled is not set: set it to true",
      ],
    );
  });

  it("refuses self-managed GPU groups, which EKS does not repair", async () => {
    const message =
      "EKS repairs no nodes of a self-managed group: use aws.eks.NodeGroup with nodeRepairConfig.enabled true";
    const found = await messages(nodeRepair, [selfManagedGroup(), firstNodeGroup(), defaultGroup()]);
    assert.deepEqual(found, [message, message, `default node group: ${message}`]);
    assert.deepEqual(await messages(nodeRepair, selfManagedGroup({ instanceType: "m7i.large" })), []);
  });
});
