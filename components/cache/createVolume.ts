import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { CacheConfig } from "../contract/cache.js";
import { holdingCache } from "../derive/weights/delivery.js";
import { claimName } from "../derive/weights/objects.js";
import { type CacheStorage, cacheVolume } from "./volume.js";

/** A claim may be bound by its first pod only, if its class says so. */
const NO_WAIT = { "pulumi.com/skipAwait": "true" };

/** Makes what a cache's kind has of storage class, volume and claim. */
export function createVolume(
  name: string,
  cache: CacheConfig,
  storage: CacheStorage | undefined,
  { namespace, labels }: { namespace: pulumi.Input<string>; labels: Record<string, string> },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { storageClass, volume, claim, className } = cacheVolume(cache, storage);
  if (claim === undefined) return [];
  const claimed = claimName(holdingCache(cache)!)!;
  // These are the cluster's: two namespaces may have a cache each.
  const wide = { name: pulumi.interpolate`${namespace}-${claimed}`, labels };
  const made = storageClass && new k8s.storage.v1.StorageClass(name, { metadata: wide, ...storageClass }, opts);
  const bound =
    volume &&
    new k8s.core.v1.PersistentVolume(
      name,
      { metadata: wide, spec: { ...volume, claimRef: { namespace, name: claimed } } },
      opts,
    );
  const persistentVolumeClaim = new k8s.core.v1.PersistentVolumeClaim(
    name,
    {
      metadata: { name: claimed, namespace, labels, annotations: NO_WAIT },
      spec: {
        ...claim,
        storageClassName: made?.metadata.name ?? className ?? "",
        ...(bound !== undefined && { volumeName: bound.metadata.name }),
      },
    },
    opts,
  );
  return [persistentVolumeClaim];
}
