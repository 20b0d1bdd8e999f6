import assert from "node:assert/strict";

import { EfsStorage, type EfsStorageArgs } from "../../../components/cluster/storage/efs.js";
import { ACCOUNT, awsRegistered, inputsOf } from "../../aws/awsRegistered.js";
import { ADDON, storageCluster, TAGS } from "./fixtures.js";

const make = (changes: Partial<EfsStorageArgs> = {}) =>
  awsRegistered(() => new EfsStorage("cache", { cluster: storageCluster(), ...changes }));

describe("EfsStorage", () => {
  it("makes an encrypted file system whose throughput follows its use, without classes for what is seldom read", async () => {
    const { registry } = await make();
    assert.deepEqual(inputsOf(registry, "FileSystem"), {
      cache: { encrypted: true, throughputMode: "elastic", tags: TAGS },
    });
  });

  it("lets NFS in from the cluster's security group, and nothing else, and nothing out", async () => {
    const { registry } = await make();
    assert.deepEqual(inputsOf(registry, "SecurityGroup"), {
      cache: {
        vpcId: "vpc-1",
        description: "NFS from nodes of the cluster to the weights",
        ingress: [{ protocol: "tcp", fromPort: 2049, toPort: 2049, securityGroups: ["sg-nodes"] }],
        tags: TAGS,
      },
    });
  });

  it("has a mount target in each private subnet", async () => {
    const { registry } = await make();
    const target = (subnetId: string) => ({ fileSystemId: "cache", subnetId, securityGroups: ["cache"] });
    assert.deepEqual(inputsOf(registry, "MountTarget"), {
      "cache-0": target("subnet-a"),
      "cache-1": target("subnet-b"),
      "cache-2": target("subnet-c"),
    });
  });

  it("has mount targets in the subnets that are named, where those of a VPC share zones", async () => {
    const { registry } = await make({ subnetIds: ["subnet-c"] });
    assert.deepEqual(
      registry.ofKind("MountTarget").map(({ inputs }) => inputs["subnetId"]),
      ["subnet-c"],
    );
  });

  it("installs the driver, which may make access points and nothing else", async () => {
    const { registry } = await make();
    assert.deepEqual(inputsOf(registry, "Addon"), {
      "cache-driver": {
        ...ADDON,
        addonName: "aws-efs-csi-driver",
        podIdentityAssociations: [
          { serviceAccount: "efs-csi-controller-sa", roleArn: `arn:aws:iam::${ACCOUNT}:Role/cache-driver` },
        ],
      },
    });
    assert.deepEqual(inputsOf(registry, "RolePolicyAttachment"), {
      "cache-driver-AmazonEFSCSIDriverPolicy": {
        role: "cache-driver",
        policyArn: "arn:aws:iam::aws:policy/service-role/AmazonEFSCSIDriverPolicy",
      },
    });
  });
});
