import assert from "node:assert/strict";

import { nodeAddressPrivate } from "../../../../policies/rules/nodes/nodeAddressPrivate.js";
import {
  defaultGroup,
  firstNodeGroup,
  instance,
  launchConfiguration,
  launchTemplate,
  nativeTemplate,
  nodeClass,
  selfManagedGroup,
} from "../../awsFixtures.js";
import { type Json, messages, resource } from "../../fixtures.js";

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

  it("judges AWS Native's templates and the classes of EKS Auto Mode alike", async () => {
    const networkInterfaces = [{ associatePublicIpAddress: true }];
    const auto = (associatePublicIPAddress: Json) =>
      resource("kubernetes:eks.amazonaws.com/v1:NodeClass", "auto", {
        spec: { advancedNetworking: { associatePublicIPAddress } },
      });
    const judged = [nativeTemplate(), nativeTemplate({ networkInterfaces }), auto(undefined), auto(false), auto(true)];
    assert.deepEqual(await messages(nodeAddressPrivate, judged), [
      "launchTemplateData.networkInterfaces[0].associatePublicIpAddress is true: set it to false",
      "spec.advancedNetworking.associatePublicIPAddress is true: set it to false",
    ]);
  });
});
