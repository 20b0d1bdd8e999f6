import assert from "node:assert/strict";

import { AWS_MACHINES } from "../../../../components/facts/machines/aws.js";
import { gpuNodeAmi } from "../../../../policies/rules/nodes/gpuNodeAmi.js";
import {
  defaultGroup,
  firstNodeGroup,
  managedNodeGroup,
  nativeNodeGroup,
  nodeGroup,
  selfManagedGroup,
} from "../../awsFixtures.js";
import { messages, resource } from "../../fixtures.js";

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

  const NO_IMAGE = "neither gpu nor amiType is set, and pulumi-eks' default image has no NVIDIA driver: set";

  it("accepts self-managed groups with an NVIDIA image or their own", async () => {
    const own = { gpu: undefined };
    const accepted = [
      ...[selfManagedGroup(), firstNodeGroup(), defaultGroup()],
      selfManagedGroup({ operatingSystem: "Bottlerocket" }),
      selfManagedGroup({ ...own, amiId: "ami-1" }),
      selfManagedGroup({ ...own, amiType: "BOTTLEROCKET_x86_64_NVIDIA" }),
      selfManagedGroup({ ...own, amiType: "amazon-linux-2023/x86_64/nvidia" }),
      selfManagedGroup({ ...own, instanceType: undefined }),
      resource("eks:index:Cluster", "models", { instanceType: "g5.xlarge", nodeAmiId: "ami-1" }),
    ];
    assert.deepEqual(await messages(gpuNodeAmi, accepted), []);
  });

  it("refuses self-managed GPU groups with the default image", async () => {
    const plain = { gpu: undefined };
    const arm = { ...plain, instanceType: "g5g.xlarge" };
    const refused = [
      selfManagedGroup(plain),
      firstNodeGroup({ gpu: false }),
      defaultGroup(plain),
      resource("eks:index:Cluster", "models", { instanceType: "g5.xlarge" }),
      selfManagedGroup(arm),
      resource("eks:index:Cluster", "models", { instanceType: "g5g.xlarge" }),
    ];
    const options = "nodeGroupOptions.";
    assert.deepEqual(await messages(gpuNodeAmi, refused), [
      `${NO_IMAGE} gpu to true`,
      `${NO_IMAGE} gpu to true`,
      `default node group: ${NO_IMAGE} ${options}gpu to true`,
      `default node group: ${NO_IMAGE} gpu to true`,
      `${NO_IMAGE} gpu to true and operatingSystem to "Bottlerocket"`,
      `default node group: ${NO_IMAGE} ${options}gpu to true and ${options}operatingSystem to "Bottlerocket"`,
    ]);
  });

  it("refuses self-managed GPU groups with an image without driver or outdated", async () => {
    const typed = (amiType: string) => ({ gpu: undefined, amiType });
    const refused = [
      selfManagedGroup(typed("AL2023_x86_64_STANDARD")),
      selfManagedGroup({ ...typed("BOTTLEROCKET_ARM_64"), instanceType: "g5g.xlarge" }),
      defaultGroup(typed("amazon-linux-2-gpu")),
      firstNodeGroup({ operatingSystem: "AL2" }),
    ];
    const outdated = "is outdated, EKS publishes no images of Amazon Linux 2 any more: use";
    assert.deepEqual(await messages(gpuNodeAmi, refused), [
      'amiType "AL2023_x86_64_STANDARD" has no NVIDIA driver: use AL2023_x86_64_NVIDIA',
      'amiType "BOTTLEROCKET_ARM_64" has no NVIDIA driver: use BOTTLEROCKET_ARM_64_NVIDIA',
      `default node group: nodeGroupOptions.amiType "amazon-linux-2-gpu" ${outdated} AL2023_x86_64_NVIDIA`,
      `operatingSystem "AL2" ${outdated} AL2023`,
    ]);
  });

  it("lets pulumi-eks choose the image where it writes the user data", async () => {
    const own = { amiType: undefined, kubeletExtraArgs: "--max-pods=58" };
    assert.deepEqual(await messages(gpuNodeAmi, managedNodeGroup({ ...own, gpu: true })), []);
    assert.deepEqual(await messages(gpuNodeAmi, managedNodeGroup(own)), [UNSET]);
  });

  it("judges AWS Native's groups alike", async () => {
    const groups = [nativeNodeGroup(), nativeNodeGroup({ amiType: "CUSTOM" }), nativeNodeGroup({ amiType: undefined })];
    assert.deepEqual(await messages(gpuNodeAmi, groups), [UNSET]);
  });
});
