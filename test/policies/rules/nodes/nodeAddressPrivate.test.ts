import assert from "node:assert/strict";

import { nodeAddressPrivate } from "../../../../policies/rules/nodes/nodeAddressPrivate.js";
import {
  defaultGroup,
  firstNodeGroup,
  instance,
  launchConfiguration,
  launchTemplate,
  nodeClass,
  selfManagedGroup,
} from "../../awsFixtures.js";
import { type Json, messages } from "../../fixtures.js";

const interfaces = (...addresses: Json[]) =>
  launchTemplate({ networkInterfaces: addresses.map((associatePublicIpAddress) => ({ associatePublicIpAddress })) });

describe("node-address-private", () => {
  it("accepts private addresses, those that the subnet decides, and instances that are no nodes", async () => {
    const accepted = [
      ...[selfManagedGroup(), firstNodeGroup(), defaultGroup()],
      ...[launchTemplate(), interfaces("false", undefined), launchConfiguration(), nodeClass()],
      nodeClass({ associatePublicIPAddress: false }),
      instance({ associatePublicIpAddress: true }),
    ];
    assert.deepEqual(await messages(nodeAddressPrivate, accepted), []);
  });

  it("refuses self-managed groups with public addresses, which are the default", async () => {
    const unset = { nodeAssociatePublicIpAddress: undefined };
    const refused = [
      selfManagedGroup({ nodeAssociatePublicIpAddress: true }),
      firstNodeGroup(unset),
      defaultGroup(unset),
    ];
    const path = "nodeAssociatePublicIpAddress";
    assert.deepEqual(await messages(nodeAddressPrivate, refused), [
      `${path} is true: set it to false`,
      `${path} is not set, which means true: set it to false`,
      `default node group: nodeGroupOptions.${path} is not set, which means true: set it to false`,
    ]);
  });

  it("refuses templates that ask for them", async () => {
    const refused = [
      interfaces("false", "true"),
      launchConfiguration({ associatePublicIpAddress: true }),
      nodeClass({ associatePublicIPAddress: true }),
    ];
    assert.deepEqual(await messages(nodeAddressPrivate, refused), [
      "networkInterfaces[1].associatePublicIpAddress is true: set it to false",
      "associatePublicIpAddress is true: set it to false",
      "spec.associatePublicIPAddress is true: set it to false",
    ]);
  });
});
