import assert from "node:assert/strict";

import { LustreStorage, type LustreStorageArgs, subnetIn } from "../../../components/cluster/storage/fsxLustre.js";
import { awsRegistered, inputsOf, reasonOf } from "../../aws/awsRegistered.js";
import { valueOf } from "../../serving/registered.js";
import { ADDON, storageCluster, TAGS } from "./fixtures.js";

const ARGS = { sizeGiB: 2400, throughputPerTiB: 250, zonePath: "vllm:cache.fsx-lustre.zone" };

const make = (changes: Partial<LustreStorageArgs> = {}) =>
  awsRegistered(() => new LustreStorage("cache", { ...ARGS, cluster: storageCluster(), ...changes }));

const both = (ports: object) => ({ protocol: "tcp", ...ports, self: true, securityGroups: ["sg-nodes"] });
const RULES = [both({ fromPort: 988, toPort: 988 }), both({ fromPort: 1018, toPort: 1023 })];

describe("LustreStorage", () => {
  it("makes a compressed file system on SSD, without backups, in the first zone", async () => {
    const { registry } = await make();
    assert.deepEqual(inputsOf(registry, "LustreFileSystem"), {
      cache: {
        deploymentType: "PERSISTENT_2",
        storageType: "SSD",
        storageCapacity: 2400,
        perUnitStorageThroughput: 250,
        dataCompressionType: "LZ4",
        fileSystemTypeVersion: "2.15",
        automaticBackupRetentionDays: 0,
        skipFinalBackup: true,
        subnetIds: "subnet-a",
        securityGroupIds: ["cache"],
        tags: TAGS,
      },
    });
  });

  it("is in the zone that is stated", async () => {
    const { registry } = await make({ zone: "eu-central-1c" });
    assert.equal(registry.get("LustreFileSystem", "cache").inputs["subnetIds"], "subnet-c");
  });

  it("lets Lustre alone through, between its servers and the cluster's nodes in both directions", async () => {
    const { registry } = await make();
    assert.deepEqual(inputsOf(registry, "SecurityGroup"), {
      cache: {
        vpcId: "vpc-1",
        description: "Lustre between the weights and nodes of the cluster",
        ingress: RULES,
        egress: RULES,
        tags: TAGS,
      },
    });
    const rule = (fromPort: number, toPort: number) => ({
      securityGroupId: "sg-nodes",
      referencedSecurityGroupId: "cache",
      ipProtocol: "tcp",
      fromPort,
      toPort,
      description: "Lustre from the servers of the weights",
      tags: TAGS,
    });
    assert.deepEqual(inputsOf(registry, "SecurityGroupIngressRule"), {
      "cache-988": rule(988, 988),
      "cache-1018": rule(1018, 1023),
    });
  });

  it("installs the driver without any permission in AWS, for it mounts what there is", async () => {
    const { registry } = await make();
    assert.deepEqual(inputsOf(registry, "Addon"), { "cache-driver": { ...ADDON, addonName: "aws-fsx-csi-driver" } });
    assert.deepEqual([...registry.ofKind("Role"), ...registry.ofKind("RolePolicyAttachment")], []);
  });
});

describe("subnetIn", () => {
  it("says which zones there are where the cluster is not in the one that is stated", async () => {
    const { made } = await awsRegistered(() => subnetIn(storageCluster().network, "eu-central-1d", ARGS.zonePath));
    assert.equal(
      await reasonOf(made),
      'vllm:cache.fsx-lustre.zone: "eu-central-1d" is not one of the cluster\'s zones (eu-central-1a, eu-central-1b, eu-central-1c): ' +
        "name one of those, or add it to network.additionalZones",
    );
  });

  it("finds the first subnet of a zone that has several", async () => {
    const { made } = await awsRegistered(() => {
      const { network } = storageCluster();
      const [a, , c] = network.zoneNames;
      return subnetIn({ ...network, zoneNames: [a!, c!, c!] }, "eu-central-1c", ARGS.zonePath);
    });
    assert.equal(await valueOf(made), "subnet-b");
  });
});
