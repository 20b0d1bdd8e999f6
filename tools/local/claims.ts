/** Volumes of a simulated cluster: each claim that pods mount has one, whatever would make it elsewhere. */
import { POD_TEMPLATES } from "../../components/vocabulary/workloads.js";
import type { KubernetesObject } from "./client.js";

const CLAIM = "PersistentVolumeClaim";

interface PodSpec {
  volumes?: { persistentVolumeClaim?: { claimName: string } }[];
}

/** The pod in an object, if it makes pods. */
function podOf({ kind, ...object }: KubernetesObject): PodSpec | undefined {
  const path = POD_TEMPLATES[kind];
  if (path === undefined) return undefined;
  return [...path, "spec"].reduce<unknown>(
    (value, key) => (value as Record<string, unknown> | undefined)?.[key],
    object,
  ) as PodSpec | undefined;
}

/** Namespaces and names of the claims that pods mount. */
function claimsOf(objects: readonly KubernetesObject[]): Map<string, { namespace: string; name: string }> {
  const found = objects.flatMap((object) =>
    (podOf(object)?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => {
      const { namespace } = object.metadata;
      if (persistentVolumeClaim === undefined || namespace === undefined) return [];
      return [{ namespace, name: persistentVolumeClaim.claimName }];
    }),
  );
  return new Map(found.map((claim) => [`${claim.namespace}/${claim.name}`, claim]));
}

/** Nothing is ever stored in it: simulated pods run nothing. */
function volume(claim: { namespace: string; name: string }): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: `simulated-${claim.namespace}-${claim.name}` },
    spec: {
      capacity: { storage: "1Ti" },
      accessModes: ["ReadWriteMany"],
      storageClassName: "",
      persistentVolumeReclaimPolicy: "Retain",
      hostPath: { path: "/var/empty" },
      claimRef: claim,
    },
  };
}

function bound(claim: KubernetesObject, volumeName: string): KubernetesObject {
  return { ...claim, spec: { ...(claim["spec"] as object), storageClassName: "", volumeName } };
}

/** What a claim that exists elsewhere is here. */
function stands(claim: { namespace: string; name: string }): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: CLAIM,
    metadata: claim,
    spec: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "1Gi" } } },
  };
}

/**
 * Nobody provisions volumes in a simulated cluster, and the scheduler keeps a pod back whose claim has none. So a claim that names no
 * volume gets one, and one that the stack expects to be there is made.
 */
export function simulatedVolumes(objects: readonly KubernetesObject[]): {
  /** A claim of the stack as it is here. */
  changed: (object: KubernetesObject) => KubernetesObject;
  added: KubernetesObject[];
} {
  const claims = claimsOf(objects);
  const own = objects.filter(
    ({ kind, metadata }) => kind === CLAIM && claims.has(`${metadata.namespace}/${metadata.name}`),
  );
  const served = own.filter((claim) => (claim["spec"] as { volumeName?: string }).volumeName !== undefined);
  const keyOf = ({ metadata: { namespace, name } }: KubernetesObject): string => `${namespace}/${name}`;
  for (const claim of served) claims.delete(keyOf(claim));
  const made = new Set(own.map(keyOf));
  const added = [...claims].flatMap(([key, claim]) => {
    const backing = volume(claim);
    return made.has(key) ? [backing] : [backing, bound(stands(claim), backing.metadata.name)];
  });
  return {
    changed: (object) => {
      const claim = object.kind === CLAIM ? claims.get(keyOf(object)) : undefined;
      return claim === undefined ? object : bound(object, volume(claim).metadata.name);
    },
    added,
  };
}
