/** The weights in a pod: volumes that bring them, and the step that waits until they are there. */
import type { types } from "@pulumi/kubernetes";
import { runtimeName } from "../derive/objects.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { Artifact } from "../derive/weights/artifacts.js";
import { compiledFolder } from "../derive/weights/compiled.js";
import { deliveryOf, holdingCache, keepsCompiled, locationOf, sourcePath } from "../derive/weights/delivery.js";
import { claimName, hashOf } from "../derive/weights/objects.js";
import { programs } from "../programs/programs.js";
import { COMPILED_PATH, MODELS_PATH, PROGRAMS_PATH, SPEC_ENV } from "../vocabulary/paths.js";
import { WEIGHTS_VOLUMES } from "../vocabulary/workloads.js";
import { NO_GPU } from "./podExtension.js";
import { CONTAINER_SECURITY } from "./security.js";

type Container = types.input.core.v1.Container;
type Volume = types.input.core.v1.Volume;
type VolumeMount = types.input.core.v1.VolumeMount;

/** The part of a plan that says what is loaded and from where. */
export type Loaded = Pick<RuntimePlan, "name" | "release" | "image" | "gpu" | "artifacts" | "cache">;

const CACHE_VOLUME = `${WEIGHTS_VOLUMES}cache`;
const PROGRAMS_VOLUME = `${WEIGHTS_VOLUMES}programs`;

/** For sources alone there is no fill whose time could be asked for: they are there, or the start fails. */
const SOURCE_SECONDS = 600;
/** What the step needs: Python, and a manifest in memory. */
const WAIT_RESOURCES = { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "256Mi" } };

/** The cache's claim, where something of the plan lies in it. */
function cacheClaim(plan: Loaded): string | undefined {
  const cache = holdingCache(plan.cache);
  const isUsed = plan.artifacts.some((artifact) => deliveryOf(artifact, cache) === "cache") || keepsCompiled(cache);
  return cache !== undefined && isUsed ? claimName(cache) : undefined;
}

/** Whether the pod itself writes to the cache: compiled code, and on nodes the time of the last use. */
function writes({ cache }: Loaded): boolean {
  return cache?.kind === "node" || keepsCompiled(cache);
}

/** Claims that are sources themselves, each with the name of its volume: a claim is mounted once, whatever comes from it. */
function sourceClaims(plan: Loaded): Map<string, string> {
  const claims = new Map<string, string>();
  const own = cacheClaim(plan);
  for (const { source } of plan.artifacts) {
    const claim = source?.claim?.name;
    if (claim === undefined || claims.has(claim)) continue;
    claims.set(claim, claim === own ? CACHE_VOLUME : `${WEIGHTS_VOLUMES}claim-${claims.size}`);
  }
  return claims;
}

function imageSources(plan: Loaded): { artifact: Artifact; volume: string; reference: string }[] {
  return plan.artifacts
    .flatMap((artifact) => {
      const reference = artifact.source?.image;
      return reference === undefined ? [] : [{ artifact, reference }];
    })
    .map((found, index) => ({ ...found, volume: `${WEIGHTS_VOLUMES}image-${index}` }));
}

export function weightVolumes(plan: Loaded): Volume[] {
  const claim = cacheClaim(plan);
  return [
    ...(claim === undefined
      ? []
      : [{ name: CACHE_VOLUME, persistentVolumeClaim: { claimName: claim, readOnly: !writes(plan) } }]),
    ...[...sourceClaims(plan)]
      .filter(([, name]) => name !== CACHE_VOLUME)
      .map(([claimName, name]) => ({ name, persistentVolumeClaim: { claimName, readOnly: true } })),
    ...imageSources(plan).map(({ volume, reference }) => ({
      name: volume,
      image: { reference, pullPolicy: "IfNotPresent" },
    })),
    ...(waitSpec(plan) === undefined ? [] : [{ name: PROGRAMS_VOLUME, configMap: { name: waitProgramName(plan) } }]),
  ];
}

/** Sources that are mounted themselves. */
function sourceMounts(plan: Loaded): VolumeMount[] {
  const claims = sourceClaims(plan);
  return [
    ...plan.artifacts.flatMap((artifact) => {
      const claim = artifact.source?.claim;
      if (claim === undefined) return [];
      return [{ name: claims.get(claim.name)!, mountPath: sourcePath(artifact), subPath: claim.path, readOnly: true }];
    }),
    ...imageSources(plan).map(({ artifact, volume }) => ({
      name: volume,
      mountPath: sourcePath(artifact),
      readOnly: true,
    })),
  ];
}

/** Mounts of the engine: weights to read, and its own folder of compiled code. */
export function weightMounts(plan: Loaded): VolumeMount[] {
  const hasClaim = cacheClaim(plan) !== undefined;
  return [
    ...(hasClaim ? [{ name: CACHE_VOLUME, mountPath: MODELS_PATH, readOnly: true }] : []),
    // The step before has made the folder: the kubelet would make it root's.
    ...(hasClaim && keepsCompiled(plan.cache)
      ? [{ name: CACHE_VOLUME, mountPath: COMPILED_PATH, subPath: compiledFolder(plan) }]
      : []),
    ...sourceMounts(plan),
  ];
}

/** What the step waits for, as wait.py reads it; `undefined` where there is nothing. */
function waitSpec(plan: Loaded): object | undefined {
  const { cache } = plan;
  const artifacts = plan.artifacts.flatMap((artifact) => {
    const { id, revision } = artifact;
    const delivery = deliveryOf(artifact, cache);
    if (delivery !== "cache" && delivery !== "claim") return [];
    const path = locationOf(artifact, cache)!;
    return [{ id, revision, path, ...(delivery === "claim" && { manifest: true }) }];
  });
  const keeps = keepsCompiled(cache);
  if (artifacts.length === 0 && !keeps) return undefined;
  return {
    artifacts,
    timeoutSeconds: holdingCache(cache)?.fill.timeoutSeconds ?? SOURCE_SECONDS,
    ...(keeps && { compiled: `${MODELS_PATH}/${compiledFolder(plan)}` }),
  };
}

/** Waits for the weights before anything else starts, and says what it waits for. */
export function waitContainers(plan: Loaded): Container[] {
  const spec = waitSpec(plan);
  if (spec === undefined) return [];
  const hasClaim = cacheClaim(plan) !== undefined;
  return [
    {
      name: "wait-for-weights",
      image: plan.image,
      command: ["python3", `${PROGRAMS_PATH}/${WAIT}`],
      env: [NO_GPU, { name: SPEC_ENV, value: JSON.stringify(spec) }],
      resources: WAIT_RESOURCES,
      securityContext: CONTAINER_SECURITY,
      volumeMounts: [
        { name: PROGRAMS_VOLUME, mountPath: PROGRAMS_PATH, readOnly: true },
        ...(hasClaim ? [{ name: CACHE_VOLUME, mountPath: MODELS_PATH, readOnly: !writes(plan) }] : []),
        ...sourceMounts(plan),
      ],
    },
  ];
}

const WAIT = "wait.py";

/** The step's program with its modules, by file; `undefined` where a release has no such step. */
export function waitProgram(plan: Loaded): Record<string, string> | undefined {
  return waitSpec(plan) === undefined ? undefined : programs(WAIT);
}

/** Name of the ConfigMap that holds it: another text has another name, so that pods are replaced. */
export function waitProgramName(plan: Loaded): string {
  return `${runtimeName(plan)}-programs-${hashOf(programs(WAIT))}`;
}
