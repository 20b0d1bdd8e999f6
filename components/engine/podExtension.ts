/** The `pod` section as parts of a pod's spec. It adds; what the contract decides stands in pod.ts and cannot be reached from here. */
import type { types } from "@pulumi/kubernetes";
import type { PodConfig, PodContainer, PodVolume } from "../contract/pod.js";
import { CONTAINER_SECURITY } from "./security.js";

type Container = types.input.core.v1.Container;
type EnvVar = types.input.core.v1.EnvVar;
type PodSpec = types.input.core.v1.PodSpec;
type Volume = types.input.core.v1.Volume;
type VolumeMount = types.input.core.v1.VolumeMount;

/**
 * Images that are made from NVIDIA's, vLLM's among them, say `all`, by which a node's runtime would give the container every GPU
 * (https://docs.nvidia.com/datacenter/cloud-native/container-toolkit/latest/docker-specialized.html).
 */
export const NO_GPU: EnvVar = { name: "NVIDIA_VISIBLE_DEVICES", value: "void" };

interface Variable {
  value?: string | undefined;
  secret?: { name: string; key: string } | undefined;
  configMap?: { name: string; key: string } | undefined;
}

function envVar(name: string, { value, secret, configMap }: Variable): EnvVar {
  if (secret !== undefined) return { name, valueFrom: { secretKeyRef: secret } };
  if (configMap !== undefined) return { name, valueFrom: { configMapKeyRef: configMap } };
  return { name, value: value ?? "" };
}

/** Variables of the engine that stand in Secrets and ConfigMaps. */
export function extensionEnv({ env = {} }: PodConfig): EnvVar[] {
  return Object.entries(env).map(([name, variable]) => envVar(name, variable));
}

function itemsOf(items: PodVolume["items"]): { key: string; path: string }[] | undefined {
  return items && Object.entries(items).map(([key, path]) => ({ key, path }));
}

function volumeOf(
  name: string,
  { configMap, secret, claim, csi, image, emptyDir, items, readOnly }: PodVolume,
): Volume {
  const keys = items === undefined ? {} : { items: itemsOf(items)! };
  if (configMap !== undefined) return { name, configMap: { name: configMap, ...keys } };
  if (secret !== undefined) return { name, secret: { secretName: secret, ...keys } };
  if (claim !== undefined) return { name, persistentVolumeClaim: { claimName: claim, readOnly } };
  if (image !== undefined) return { name, image: { reference: image, pullPolicy: "IfNotPresent" } };
  if (csi !== undefined) {
    const { nodePublishSecret, ...driver } = csi;
    const secretRef = nodePublishSecret === undefined ? {} : { nodePublishSecretRef: { name: nodePublishSecret } };
    return { name, csi: { ...driver, readOnly, ...secretRef } };
  }
  return { name, emptyDir: { sizeLimit: `${emptyDir!.sizeGiB}Gi` } };
}

export function extensionVolumes({ volumes = {} }: PodConfig): Volume[] {
  return Object.entries(volumes).map(([name, volume]) => volumeOf(name, volume));
}

function mountOf(name: string, mountPath: string, { subPath, emptyDir, readOnly }: PodVolume): VolumeMount {
  return { name, mountPath, readOnly: emptyDir === undefined && readOnly, ...(subPath !== undefined && { subPath }) };
}

/** Mounts of the engine. */
export function extensionMounts({ volumes = {} }: PodConfig): VolumeMount[] {
  return Object.entries(volumes).flatMap(([name, volume]) =>
    volume.mountPath === undefined ? [] : [mountOf(name, volume.mountPath, volume)],
  );
}

function containerOf(name: string, container: PodContainer, volumes: NonNullable<PodConfig["volumes"]>): Container {
  const { image, command, args, env = {}, mounts = {}, cpus, memoryGiB } = container;
  const memory = `${Math.round(memoryGiB * 1024)}Mi`;
  return {
    name,
    image,
    ...(command !== undefined && { command }),
    ...(args !== undefined && { args }),
    env: [NO_GPU, ...Object.entries(env).map(([variable, value]) => envVar(variable, value))],
    resources: { requests: { cpu: `${Math.round(cpus * 1000)}m`, memory }, limits: { memory } },
    securityContext: CONTAINER_SECURITY,
    volumeMounts: Object.entries(mounts).map(([volume, path]) => mountOf(volume, path, volumes[volume]!)),
  };
}

/**
 * Containers that run before the engine; those with `restartPolicy: Always` run beside it, and stop after it.
 *
 * @param own steps of the engine's own, which come before those of the platform
 */
export function extensionContainers(
  { initContainers = {}, sidecars = {}, volumes = {} }: PodConfig,
  own: readonly Container[] = [],
): Container[] {
  return [
    // First, so that init containers may use them, such as a proxy to reach the network.
    ...Object.entries(sidecars).map(([name, container]) => ({
      ...containerOf(name, container, volumes),
      restartPolicy: "Always",
    })),
    ...own,
    ...Object.entries(initContainers).map(([name, container]) => containerOf(name, container, volumes)),
  ];
}

/** Fields of the pod that the contract leaves open. @param own steps of the engine's own before it starts */
export function extensionFields(
  pod: PodConfig,
  own: readonly Container[] = [],
): Pick<PodSpec, "imagePullSecrets" | "runtimeClassName" | "schedulerName" | "affinity" | "initContainers"> {
  const { imagePullSecrets = [], runtimeClassName, schedulerName, affinity } = pod;
  const initContainers = extensionContainers(pod, own);
  return {
    ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
    ...(runtimeClassName !== undefined && { runtimeClassName }),
    ...(schedulerName !== undefined && { schedulerName }),
    ...(affinity !== undefined && { affinity: affinity }),
    ...(initContainers.length > 0 && { initContainers }),
  };
}
