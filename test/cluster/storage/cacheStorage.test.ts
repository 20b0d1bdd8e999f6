import assert from "node:assert/strict";

import { s3Policy } from "../../../components/aws/s3Access.js";
import { cacheStorage } from "../../../components/cluster/storage/cacheStorage.js";
import { cacheSchema } from "../../../components/contract/cache.js";
import { ACCOUNT, awsRegistered, inputsOf } from "../../aws/awsRegistered.js";
import type { Config } from "../../serving/fixtures.js";
import { valueOf } from "../../serving/registered.js";
import { ADDON, storageCluster } from "./fixtures.js";

const make = (cache: Config) =>
  awsRegistered(() => cacheStorage("cache", cacheSchema.parse(cache), storageCluster(), "vllm:cache", {}));

describe("cacheStorage", () => {
  it("makes EFS, in the subnets that are named", async () => {
    const { registry, made } = await make({ kind: "efs", subnetIds: ["subnet-00000001"] });
    const { fileSystem } = made;
    assert.ok(fileSystem?.kind === "efs");
    assert.equal(await valueOf(fileSystem.fileSystemId), "cache");
    assert.deepEqual(
      registry.ofKind("MountTarget").map(({ inputs }) => inputs["subnetId"]),
      ["subnet-00000001"],
    );
  });

  it("makes FSx for Lustre, of the size, speed and zone that are stated", async () => {
    const { registry, made } = await make({
      kind: "fsx-lustre",
      sizeGiB: 4800,
      mbPerSecondPerTiB: 500,
      zone: "eu-central-1b",
    });
    assert.equal(made.fileSystem?.kind, "fsx-lustre");
    const { storageCapacity, perUnitStorageThroughput, subnetIds } = registry.get("LustreFileSystem", "cache").inputs;
    assert.deepEqual([storageCapacity, perUnitStorageThroughput, subnetIds], [4800, 500, "subnet-b"]);
  });

  const S3 = { kind: "s3", bucket: "llm-cache", prefix: "models" };

  it("has mounts of a bucket read the prefix, and nothing else", async () => {
    const { registry, made } = await make(S3);
    assert.equal(made.fileSystem, undefined);
    assert.deepEqual(inputsOf(registry, "Addon"), {
      "cache-driver": {
        ...ADDON,
        addonName: "aws-mountpoint-s3-csi-driver",
        podIdentityAssociations: [
          { serviceAccount: "s3-csi-driver-sa", roleArn: `arn:aws:iam::${ACCOUNT}:Role/cache-driver` },
        ],
      },
    });
    const read = s3Policy([{ part: { bucket: "llm-cache", prefix: "models" }, access: "read" }], "aws");
    assert.equal(registry.get("RolePolicy", "cache-driver").inputs["policy"], JSON.stringify(read));
  });

  it("makes nothing where nothing is mounted from AWS, and for kinds that need nothing of it", async () => {
    for (const cache of [
      { ...S3, read: "stream" },
      { ...S3, endpoint: "https://s3.example.com" },
      { kind: "claim", name: "weights" },
      { kind: "node", budgetGiB: 100 },
      { kind: "none", reason: "a demonstration" },
    ]) {
      const { registry, made } = await make(cache);
      assert.deepEqual([registry.all, made.ready, made.fileSystem], [[], [], undefined], cache.kind);
    }
  });
});
