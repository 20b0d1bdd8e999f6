/** The pod of a vLLM process: what a server and a batch job have in common. */
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PodConfig } from "../contract/pod.js";
import { diskBesideGiB } from "../derive/pod.js";
import type { Placement } from "../derive/nodes/placement.js";
import type { RuntimePlan } from "../derive/plan.js";
import { environment } from "../derive/variables.js";
import { SECRET_ENV } from "../vocabulary/secrets.js";
import { ENGINE_CONTAINER } from "../vocabulary/workloads.js";
import { extensionEnv, extensionFields, extensionMounts, extensionVolumes } from "./podExtension.js";
import type { SecretKey } from "./secretKey.js";
import { CONTAINER_SECURITY, podSecurity } from "./security.js";
import { mounts, volumes } from "./volumes.js";
import { waitContainers, weightMounts, weightVolumes } from "./weights.js";

type Container = types.input.core.v1.Container;
type PodSpec = types.input.core.v1.PodSpec;

/** Where the pod runs, as whom, and with which secrets. */
export interface PodContext {
  placement: Placement;
  serviceAccountName: pulumi.Input<string>;
  /** @default the cluster's default class */
  priorityClassName?: pulumi.Input<string>;
  /** Token of the Hugging Face Hub, for gated models. @default none */
  huggingFaceToken?: SecretKey;
  /** What the platform adds to the pod. @default nothing */
  extension?: PodConfig;
}

/** What the process is, beside its contract: a server, or a job. */
export interface EngineProcess {
  args: string[];
  /** @default the image's entrypoint, `vllm serve` */
  command?: string[];
  /** Variables that are read from Secrets. @default none */
  secrets?: Readonly<Record<string, SecretKey>>;
  /** Plain variables of the process itself. @default none */
  env?: Readonly<Record<string, string>>;
  /** Variables that hold a field of the pod, such as `metadata.name`; those of {@link env} may refer to them. @default none */
  podFields?: Readonly<Record<string, string>>;
  /** Volumes of the process itself, with where it sees them. @default none */
  volumes?: readonly OwnVolume[];
  /** Ports, probes and lifecycle of a server. @default none */
  container?: Pick<Container, "ports" | "startupProbe" | "readinessProbe" | "livenessProbe" | "lifecycle">;
  /** What the pod has beside the container, such as how long it may take to stop. @default none */
  pod?: Pick<
    PodSpec,
    "terminationGracePeriodSeconds" | "topologySpreadConstraints" | "restartPolicy" | "activeDeadlineSeconds"
  >;
}

/** A volume with its mount. */
export interface OwnVolume {
  volume: types.input.core.v1.Volume;
  mount: Omit<types.input.core.v1.VolumeMount, "name">;
  /** What it takes of the node's disk, in GiB. @default nothing */
  diskGiB?: number;
}

export function enginePod(plan: RuntimePlan, context: PodContext, process: EngineProcess): PodSpec {
  const { priorityClassName, placement, extension = {} } = context;
  return {
    ...extensionFields(extension, waitContainers(plan)),
    serviceAccountName: context.serviceAccountName,
    automountServiceAccountToken: false,
    // A Service named `vllm` would otherwise set VLLM_PORT=tcp://…, which vLLM reads as its port.
    enableServiceLinks: false,
    ...process.pod,
    ...(priorityClassName !== undefined && { priorityClassName }),
    nodeSelector: placement.nodeSelector,
    tolerations: placement.tolerations,
    securityContext: podSecurity(extension.securityContext),
    containers: [container(plan, context, process)],
    volumes: [
      ...volumes(plan),
      ...weightVolumes(plan),
      ...(process.volumes ?? []).map(({ volume }) => volume),
      ...extensionVolumes(extension),
    ],
  };
}

function container(plan: RuntimePlan, context: PodContext, process: EngineProcess): Container {
  const { cpus, memoryGiB } = plan.resources;
  const gpus = String(plan.gpu.count);
  const { resource } = plan.accelerator;
  const memory = `${memoryGiB}Gi`;
  const { huggingFaceToken, extension = {} } = context;
  const own = process.volumes ?? [];
  const ownGiB = own.reduce((sum, { diskGiB = 0 }) => sum + diskGiB, 0);
  const disk = `${plan.resources.diskGiB + diskBesideGiB(extension) + ownGiB}Gi`;
  const secrets = {
    ...process.secrets,
    ...(huggingFaceToken !== undefined && { [SECRET_ENV.huggingFaceToken]: huggingFaceToken }),
  };
  return {
    name: ENGINE_CONTAINER,
    image: plan.image,
    ...(process.command !== undefined && { command: process.command }),
    args: process.args,
    env: [
      ...Object.entries(process.podFields ?? {}).map(([name, fieldPath]) => ({
        name,
        valueFrom: { fieldRef: { fieldPath } },
      })),
      ...Object.entries({ ...environment(plan), ...process.env }).map(([name, value]) => ({ name, value })),
      ...Object.entries(secrets).map(([name, secretKeyRef]) => ({ name, valueFrom: { secretKeyRef } })),
      ...extensionEnv(extension),
    ],
    resources: {
      // No CPU limit: throttling the engine's process stalls every stream of the replica.
      requests: { cpu: String(cpus), memory, "ephemeral-storage": disk, [resource]: gpus },
      limits: { memory, "ephemeral-storage": disk, [resource]: gpus },
    },
    ...process.container,
    securityContext: CONTAINER_SECURITY,
    volumeMounts: [
      ...mounts(plan),
      ...weightMounts(plan),
      ...own.map(({ volume, mount }) => ({ name: volume.name, ...mount })),
      ...extensionMounts(extension),
    ],
  };
}
