import assert from "node:assert/strict";

import { AWS_MACHINES } from "../../../components/facts/machines/aws.js";
import { gpuNodeAmi } from "../../../policies/rules/gpuNodeAmi.js";
import { managedNodeGroup, nodeGroup } from "../awsFixtures.js";
import { messages, resource } from "../fixtures.js";

const UNSET = "amiType is not set, and EKS's default image has no NVIDIA driver: use AL2023_x86_64_NVIDIA";

describe("gpu-node-ami", () => {
  for (const amiType of [
    "AL2023_x86_64_NVIDIA",
    "AL2023_ARM_64_NVIDIA",
    "BOTTLEROCKET_x86_64_NVIDIA",
    "BOTTLEROCKET_x86_64_NVIDIA_FIPS",
    "CUSTOM",
  ]) {
    it(`accepts ${amiType}`, async () => {
      assert.deepEqual(await messages(gpuNodeAmi, [nodeGroup({ amiType }), managedNodeGroup({ amiType })]), []);
    });
  }

  it("leaves groups without GPUs alone, AMD's and AWS's own accelerators included", async () => {
    for (const type of ["m7i.large", "c7g.xlarge", "g4ad.xlarge", "inf2.xlarge", "trn1.32xlarge", "gibberish"]) {
      assert.deepEqual(await messages(gpuNodeAmi, nodeGroup({ instanceTypes: [type], amiType: undefined })), []);
    }
    assert.deepEqual(await messages(gpuNodeAmi, nodeGroup({ instanceTypes: undefined, amiType: undefined })), []);
  });

  const families = ["g4dn", "g5", "g6", "g6e", "g6f", "gr6", "g7", "g7e", "p3", "p3dn", "p4d", "p4de", "p5", "p5e"];
  for (const family of [...families, "p5en", "p6-b200", "p6-b300"]) {
    it(`knows ${family} as a GPU family`, async () => {
      const found = nodeGroup({ instanceTypes: [`${family}.48xlarge`], amiType: undefined });
      assert.deepEqual(await messages(gpuNodeAmi, found), [UNSET]);
    });
  }

  it("knows every type of the instance table", async () => {
    for (const type of AWS_MACHINES.keys()) {
      const found = nodeGroup({ instanceTypes: ["m7i.large", type], amiType: undefined });
      assert.deepEqual(await messages(gpuNodeAmi, found), [UNSET]);
    }
  });

  for (const type of ["g5g.xlarge", "p6e-gb200.36xlarge"]) {
    it(`proposes an ARM image for ${type}`, async () => {
      assert.deepEqual(
        await messages(gpuNodeAmi, nodeGroup({ instanceTypes: [type], amiType: "AL2023_ARM_64_STANDARD" })),
        ['amiType "AL2023_ARM_64_STANDARD" has no NVIDIA driver: use AL2023_ARM_64_NVIDIA'],
      );
    });
  }

  for (const amiType of ["AL2023_x86_64_STANDARD", "BOTTLEROCKET_x86_64", "AL2023_x86_64_NEURON", "AL2_x86_64"]) {
    it(`refuses ${amiType}`, async () => {
      const message = `amiType "${amiType}" has no NVIDIA driver: use AL2023_x86_64_NVIDIA`;
      const found = await messages(gpuNodeAmi, [nodeGroup({ amiType }), managedNodeGroup({ amiType })]);
      assert.deepEqual(found, [message, message]);
    });
  }

  it("refuses Amazon Linux 2's GPU image, also where only the launch template names the instance type", async () => {
    const message =
      'amiType "AL2_x86_64_GPU" is outdated, EKS publishes no images of Amazon Linux 2 any more: use AL2023_x86_64_NVIDIA';
    const outdated = { amiType: "AL2_x86_64_GPU" };
    const found = await messages(gpuNodeAmi, [nodeGroup(outdated), nodeGroup({ ...outdated, instanceTypes: [] })]);
    assert.deepEqual(found, [message, message]);
  });

  it("refuses CUSTOM without a launch template that could name the image", async () => {
    assert.deepEqual(await messages(gpuNodeAmi, nodeGroup({ amiType: "CUSTOM", launchTemplate: undefined })), [
      'amiType "CUSTOM" without a launchTemplate, which has to name the image: add one, or use AL2023_x86_64_NVIDIA',
    ]);
  });

  it("lets pulumi-eks choose the image where it takes one with the driver", async () => {
    const accepted = [
      { amiId: "ami-1" },
      { gpu: true, operatingSystem: "AL2023" },
      { gpu: true, operatingSystem: "Bottlerocket" },
    ];
    for (const changes of accepted) {
      assert.deepEqual(await messages(gpuNodeAmi, managedNodeGroup({ amiType: undefined, ...changes })), []);
    }
    const refused = [{}, { gpu: true }, { gpu: true, operatingSystem: "AL2" }, { operatingSystem: "AL2023" }];
    for (const changes of refused) {
      assert.deepEqual(await messages(gpuNodeAmi, managedNodeGroup({ amiType: undefined, ...changes })), [UNSET]);
    }
  });

  it("lets pulumi-eks name the image in the template that it makes for the group in its component", async () => {
    const inside = (changes: object) => {
      const group = nodeGroup({ amiType: undefined, ...changes });
      return { ...group, urn: group.urn.replace("::aws:eks", "::eks:index:ManagedNodeGroup$aws:eks") };
    };
    assert.deepEqual(await messages(gpuNodeAmi, inside({})), []);
    assert.deepEqual(await messages(gpuNodeAmi, inside({ launchTemplate: undefined })), [UNSET]);
  });

  it("leaves a component alone that the engine knows without inputs", async () => {
    assert.deepEqual(await messages(gpuNodeAmi, resource("eks:index:ManagedNodeGroup", "gpu", {})), []);
  });
});
