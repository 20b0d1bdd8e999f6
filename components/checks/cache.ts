/** What `vllm:cache` may not say, by itself and together with the releases. */
import { given } from "../config/parts.js";
import { error, type Problem, quote, warning } from "../config/problems.js";
import type { CacheConfig } from "../contract/cache.js";
import { holdingCache } from "../derive/weights/delivery.js";
import { fillsOf } from "../derive/weights/fills.js";
import { blockStorageNamed } from "../facts/kubernetes/blockStorage.js";
import type { PlacedRelease } from "./nodes/placement.js";
import { checkImage } from "./release.js";

/** What else decides whether a cache can be used. */
export interface CacheSurroundings {
  releases: readonly PlacedRelease[];
  /** Whether the stack builds the cluster; `undefined` where nobody can tell. */
  isBuilt: boolean | undefined;
}

/** @param path of the section, such as `vllm:cache` */
export function checkCache(
  cache: CacheConfig | undefined,
  { releases, isBuilt }: CacheSurroundings,
  path: string,
): Problem[] {
  const holding = holdingCache(cache);
  if (holding === undefined) return [];
  const { image } = holding.fill;
  return [
    ...(image === undefined ? [] : checkImage({ image }, `${path}.fill.image`)),
    ...checkBuilt(holding.kind, isBuilt, path),
    ...checkMountedBucket(holding, isBuilt, path),
    ...(holding.kind === "claim" ? checkStorageClass(holding.create?.storageClass, `${path}.create.storageClass`) : []),
    ...("startupPlan" in holding && holding.startupPlan && !holding.compile
      ? [error(`${path}.startupPlan`, "is kept with the compiled code: set compile, too")]
      : []),
    ...checkRoom(holding, releases, path),
  ];
}

const MADE_HERE: Readonly<Record<string, string>> = { efs: "EFS", "fsx-lustre": "FSx for Lustre" };

function checkBuilt(kind: string, isBuilt: boolean | undefined, path: string): Problem[] {
  const made = MADE_HERE[kind];
  if (made === undefined || isBuilt !== false) return [];
  const message =
    `${quote(kind)} is made by the stack on a cluster that it builds: on an existing one use kind: claim, with a claim ` +
    `of ${made} that allows ReadWriteMany`;
  return [error(`${path}.kind`, message)];
}

/** The driver of a cluster that the stack builds has rights by a role of AWS, which another S3 service does not know. */
function checkMountedBucket(cache: CacheConfig, isBuilt: boolean | undefined, path: string): Problem[] {
  if (cache.kind !== "s3" || cache.read !== "mountpoint" || cache.endpoint === undefined || isBuilt !== true) return [];
  const message = "the driver that the stack installs reaches buckets of AWS alone: leave it out, or use read: stream";
  return [error(`${path}.endpoint`, message)];
}

/** One node at a time can mount a volume of block storage, so pods on other nodes would never start. */
function checkStorageClass(storageClass: string | undefined, path: string): Problem[] {
  if (storageClass === undefined || blockStorageNamed(storageClass) === undefined) return [];
  const message =
    `${quote(storageClass)} is block storage, which one node can mount at a time, and weights are read by many: use a class of ` +
    "a file system, such as EFS, FSx for Lustre, Filestore, Azure Files or CephFS";
  return [error(path, message)];
}

/** What the releases' weights take, against the room that the cache has. */
function checkRoom(cache: CacheConfig, releases: readonly PlacedRelease[], path: string): Problem[] {
  const room = roomOf(cache);
  if (room === undefined) return [];
  const wanted = releases.map(({ plan: { artifacts, weightsGiB, image } }) => ({ artifacts, weightsGiB, image }));
  return given([wanted], (plans) => {
    const needed = Math.ceil(fillsOf(plans, cache).reduce((sum, { sizeGiB = 0 }) => sum + sizeGiB, 0));
    if (needed <= room.gib) return [];
    const message = `${room.gib} GiB hold less than the ${needed} GiB that the releases' weights take: use at least ${needed}`;
    // Of a node only the releases that run there count: the sum is the most.
    return [room.isShared ? error(`${path}.${room.key}`, message) : warning(`${path}.${room.key}`, message)];
  });
}

function roomOf(cache: CacheConfig): { key: string; gib: number; isShared: boolean } | undefined {
  switch (cache.kind) {
    case "claim":
      return cache.create && { key: "create.sizeGiB", gib: cache.create.sizeGiB, isShared: true };
    case "fsx-lustre":
      return { key: "sizeGiB", gib: cache.sizeGiB, isShared: true };
    case "node":
      return { key: "budgetGiB", gib: cache.budgetGiB, isShared: false };
    default:
      return undefined;
  }
}
