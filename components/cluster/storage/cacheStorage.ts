/** What a cluster has to have for the cache of a stack. */
import type * as pulumi from "@pulumi/pulumi";
import type { LustreFileSystem } from "../../aws/lustreVolume.js";
import type { CacheConfig } from "../../contract/cache.js";
import { EfsStorage } from "./efs.js";
import { LustreStorage } from "./fsxLustre.js";
import { type CacheUser, S3Cache } from "./s3Cache.js";
import type { StorageCluster } from "./storageCluster.js";

/** A file system as volumes name it. */
export type FileSystem =
  { kind: "efs"; fileSystemId: pulumi.Output<string> } | ({ kind: "fsx-lustre" } & Omit<LustreFileSystem, "sizeGiB">);

/** What was made for a cache. */
export interface CacheStorage {
  /** Of `efs` and `fsx-lustre`. */
  fileSystem?: FileSystem;
  /** What the cache's volumes and pods wait for, and what goes after them. */
  ready: pulumi.Resource[];
}

/** Inputs of {@link cacheStorage}. */
export interface CacheStorageArgs {
  cache: CacheConfig;
  cluster: StorageCluster;
  /** Service accounts that use the bucket of a cache in S3 by themselves, by a name for each role. */
  users: Readonly<Record<string, CacheUser>>;
  /** Where the cache stands in the config, such as `vllm:cache`. */
  path: string;
}

/** Makes file system, driver and permissions, each as far as the kind of the cache needs it. */
export function cacheStorage(
  name: string,
  { cache, cluster, users, path }: CacheStorageArgs,
  opts: pulumi.ComponentResourceOptions,
): CacheStorage {
  switch (cache.kind) {
    case "efs": {
      const { subnetIds } = cache;
      const { fileSystemId, ready } = new EfsStorage(
        name,
        { cluster, ...(subnetIds !== undefined && { subnetIds }) },
        opts,
      );
      return { fileSystem: { kind: "efs", fileSystemId }, ready };
    }
    case "fsx-lustre": {
      const { sizeGiB, mbPerSecondPerTiB: throughputPerTiB, zone } = cache;
      const { fileSystem, ready } = new LustreStorage(
        name,
        { cluster, sizeGiB, throughputPerTiB, ...(zone !== undefined && { zone }), zonePath: `${path}.zone` },
        opts,
      );
      return { fileSystem: { kind: "fsx-lustre", ...fileSystem }, ready };
    }
    case "s3": {
      const { bucket, prefix, endpoint, read } = cache;
      // Another service's keys are none of AWS' roles.
      if (endpoint !== undefined) return { ready: [] };
      const { ready } = new S3Cache(name, { bucket, prefix, cluster, users, mounted: read === "mountpoint" }, opts);
      return { ready };
    }
    default:
      return { ready: [] };
  }
}
