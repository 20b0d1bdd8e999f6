/** The volume of a cache, by its kind: what the stack makes of storage classes, volumes and claims. */
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type LustreFileSystem, lustreVolumeSpec } from "../aws/lustreVolume.js";
import type { CacheConfig } from "../contract/cache.js";
import { USER_ID } from "../engine/security.js";

type ClaimSpec = types.input.core.v1.PersistentVolumeClaimSpec;
type VolumeSpec = types.input.core.v1.PersistentVolumeSpec;
type StorageClass = Omit<types.input.storage.v1.StorageClass, "metadata" | "apiVersion" | "kind">;

/** A file system that the stack has made with its cluster. */
export type CacheStorage =
  { kind: "efs"; fileSystemId: pulumi.Input<string> } | ({ kind: "fsx-lustre" } & Omit<LustreFileSystem, "sizeGiB">);

/** What the stack makes for a cache's volume; nothing of it where the claim exists, or nothing is mounted. */
export interface CacheVolume {
  storageClass?: StorageClass;
  volume?: VolumeSpec;
  claim?: Omit<ClaimSpec, "storageClassName" | "volumeName">;
  /** Class of the claim, where it is not one that is made here. */
  className?: string;
}

/** Where a size says nothing, since nobody reads it: EFS and S3 grow as they are filled. */
const ANY_SIZE = "1Gi";

/** @param storage of a cluster that the stack builds @throws Error where the kind needs it, and it is not there */
export function cacheVolume(cache: CacheConfig, storage: CacheStorage | undefined): CacheVolume {
  switch (cache.kind) {
    case "none":
      return {};
    case "claim":
      return cache.create === undefined
        ? {}
        : { claim: claimSpec(`${cache.create.sizeGiB}Gi`), className: cache.create.storageClass };
    case "efs":
      return { storageClass: efsClass(given(storage, "efs").fileSystemId), claim: claimSpec(ANY_SIZE) };
    case "fsx-lustre": {
      const size = { sizeGiB: cache.sizeGiB };
      return {
        volume: lustreVolumeSpec({ ...given(storage, "fsx-lustre"), ...size }),
        claim: claimSpec(`${cache.sizeGiB}Gi`),
      };
    }
    case "s3":
      return cache.read === "stream" ? {} : { volume: bucketVolume(cache), claim: claimSpec(ANY_SIZE) };
    case "node":
      return { volume: nodeVolume(cache), claim: claimSpec(`${cache.budgetGiB}Gi`) };
  }
}

function given<Kind extends CacheStorage["kind"]>(
  storage: CacheStorage | undefined,
  kind: Kind,
): Extract<CacheStorage, { kind: Kind }> {
  if (storage?.kind === kind) return storage as Extract<CacheStorage, { kind: Kind }>;
  throw new Error(`a cache of kind ${kind} needs the file system: give storage, or use kind: claim with a claim of it`);
}

function claimSpec(size: string): Omit<ClaimSpec, "storageClassName" | "volumeName"> {
  return { accessModes: ["ReadWriteMany"], resources: { requests: { storage: size } } };
}

/**
 * An access point for the claim, whose files are those of our pods' user, whoever writes them: the kubelet sets no group on volumes
 * that many nodes write to. Its folder has the claim's name, so that a claim made anew finds what is there.
 *
 * Source: docs/README.md of kubernetes-sigs/aws-efs-csi-driver, "Storage Class Parameters", read 2026-11-26.
 */
function efsClass(fileSystemId: pulumi.Input<string>): StorageClass {
  return {
    provisioner: "efs.csi.aws.com",
    parameters: {
      provisioningMode: "efs-ap",
      fileSystemId,
      directoryPerms: "770",
      uid: String(USER_ID),
      gid: String(USER_ID),
      basePath: "/pulumi-vllm",
      subPathPattern: "${.PVC.namespace}/${.PVC.name}",
      ensureUniqueDirectory: "false",
    },
    reclaimPolicy: "Retain",
  };
}

/**
 * A mount of the bucket for reading: fills write by S3 itself. Files seem to be our user's, and others may read them.
 *
 * Sources, read 2026-11-26: docs/CONFIGURATION.md and examples/kubernetes/static_provisioning of awslabs/mountpoint-s3-csi-driver;
 * doc/CONFIGURATION.md of awslabs/mountpoint-s3: a prefix ends with a slash.
 */
function bucketVolume(cache: Extract<CacheConfig, { kind: "s3" }>): VolumeSpec {
  const { bucket, prefix, region, endpoint } = cache;
  return {
    capacity: { storage: ANY_SIZE },
    volumeMode: "Filesystem",
    accessModes: ["ReadWriteMany"],
    storageClassName: "",
    persistentVolumeReclaimPolicy: "Retain",
    mountOptions: [
      "allow-other",
      `uid=${USER_ID}`,
      `gid=${USER_ID}`,
      "read-only",
      `prefix ${prefix}/`,
      ...(region === undefined ? [] : [`region ${region}`]),
      // Services other than AWS' rarely know a host for each bucket.
      ...(endpoint === undefined ? [] : [`endpoint-url ${endpoint}`, "force-path-style"]),
    ],
    csi: {
      driver: "s3.csi.aws.com",
      volumeHandle: `pulumi-vllm-${bucket}-${prefix}`,
      volumeAttributes: { bucketName: bucket },
    },
  };
}

/**
 * Each node's own folder: without node affinity the volume is everywhere. A path that is missing would be made on the root disk by any
 * other type than Directory.
 */
function nodeVolume({ path, budgetGiB }: Extract<CacheConfig, { kind: "node" }>): VolumeSpec {
  return {
    capacity: { storage: `${budgetGiB}Gi` },
    volumeMode: "Filesystem",
    accessModes: ["ReadWriteMany"],
    storageClassName: "",
    persistentVolumeReclaimPolicy: "Retain",
    hostPath: { path, type: "Directory" },
  };
}
