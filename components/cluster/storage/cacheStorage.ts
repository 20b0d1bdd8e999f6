/** What a cluster has to have for the cache of a stack. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { LustreFileSystem } from "../../aws/lustreVolume.js";
import { s3Policy } from "../../aws/s3Access.js";
import type { CacheConfig } from "../../contract/cache.js";
import { mountpointDriver, storageDriver } from "./drivers.js";
import { EfsStorage } from "./efs.js";
import { LustreStorage } from "./fsxLustre.js";
import type { StorageCluster } from "./storageCluster.js";

/** A file system as volumes name it. */
export type FileSystem =
  { kind: "efs"; fileSystemId: pulumi.Output<string> } | ({ kind: "fsx-lustre" } & Omit<LustreFileSystem, "sizeGiB">);

/** What was made for a cache. */
export interface CacheStorage {
  /** Of `efs` and `fsx-lustre`. */
  fileSystem?: FileSystem;
  /** What the cache's volumes wait for, and what goes after them. */
  ready: pulumi.Resource[];
}

/**
 * Makes file system and driver, as far as the kind of the cache needs them.
 *
 * @param path where the cache stands in the config, such as `vllm:cache`
 */
export function cacheStorage(
  name: string,
  cache: CacheConfig,
  cluster: StorageCluster,
  path: string,
  opts: pulumi.ComponentResourceOptions,
): CacheStorage {
  switch (cache.kind) {
    case "efs": {
      const { subnetIds } = cache;
      const args = { cluster, ...(subnetIds !== undefined && { subnetIds }) };
      const { fileSystemId, ready } = new EfsStorage(name, args, opts);
      return { fileSystem: { kind: "efs", fileSystemId }, ready };
    }
    case "fsx-lustre": {
      const { sizeGiB, mbPerSecondPerTiB: throughputPerTiB, zone } = cache;
      const size = { sizeGiB, throughputPerTiB };
      const args = { cluster, ...size, ...(zone !== undefined && { zone }), zonePath: `${path}.zone` };
      const { fileSystem, ready } = new LustreStorage(name, args, opts);
      return { fileSystem: { kind: "fsx-lustre", ...fileSystem }, ready };
    }
    case "s3": {
      const { bucket, prefix, endpoint, read } = cache;
      // Another service knows none of AWS' roles.
      if (read === "stream" || endpoint !== undefined) return { ready: [] };
      const policy = aws
        .getPartitionOutput()
        .partition.apply((partition) => s3Policy([{ part: { bucket, prefix }, access: "read" }], partition));
      return { ready: [storageDriver(name, mountpointDriver(policy), cluster, opts)] };
    }
    default:
      return { ready: [] };
  }
}
