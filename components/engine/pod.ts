import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { CACHE_PATH, HTTP_PORT, serveArguments } from "../derive/arguments.js";
import type { RuntimeContract } from "../contract/contract.js";
import { environment, SECRET_ENV } from "../derive/variables.js";
import { GPU_RESOURCE } from "../vocabulary/labels.js";
import type { Placement } from "../contract/nodeGroup.js";
import { graceSeconds, PRE_STOP_SECONDS, runtimeSelector } from "../derive/runtime.js";
import { PORT_NAME } from "../vocabulary/ports.js";
import { livenessProbe, readinessProbe, startupProbe } from "./probes.js";
import { CONTAINER_SECURITY, podSecurity } from "./security.js";
import type { SecretKey } from "./secretKey.js";

/** Name of the container. */
export const CONTAINER_NAME = "vllm";

/** Room for /tmp, in GiB: sockets and what Python unpacks. */
const TMP_GIB = 2;

/** What a pod needs beside its contract. */
export interface PodContext {
  placement: Placement;
  serviceAccountName: pulumi.Input<string>;
  apiKey: SecretKey;
  /** Token of the Hugging Face Hub, for gated models. */
  huggingFaceToken?: SecretKey;
  priorityClassName?: pulumi.Input<string>;
}

export function podSpec(contract: RuntimeContract, context: PodContext): types.input.core.v1.PodSpec {
  const { diskGiB, sharedMemoryGiB } = contract.resources;
  return {
    serviceAccountName: context.serviceAccountName,
    automountServiceAccountToken: false,
    // A Service named `vllm` would otherwise set VLLM_PORT=tcp://…, which vLLM reads as its port.
    enableServiceLinks: false,
    terminationGracePeriodSeconds: graceSeconds(contract),
    ...(context.priorityClassName !== undefined && { priorityClassName: context.priorityClassName }),
    nodeSelector: context.placement.nodeSelector,
    tolerations: context.placement.tolerations,
    topologySpreadConstraints: [
      {
        topologyKey: "topology.kubernetes.io/zone",
        maxSkew: 1,
        // A free GPU in the wrong zone beats no GPU.
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: runtimeSelector(contract) },
        matchLabelKeys: ["pod-template-hash"],
      },
    ],
    securityContext: podSecurity(),
    containers: [container(contract, context)],
    volumes: [
      { name: "cache", emptyDir: { sizeLimit: `${diskGiB}Gi` } },
      // Workers pass tensors through it; the runtime's default of 64 MiB fails under tensor parallelism.
      { name: "shm", emptyDir: { medium: "Memory", sizeLimit: `${sharedMemoryGiB}Gi` } },
      { name: "tmp", emptyDir: { sizeLimit: `${TMP_GIB}Gi` } },
    ],
  };
}

function container(contract: RuntimeContract, context: PodContext): types.input.core.v1.Container {
  const { cpus, memoryGiB, diskGiB } = contract.resources;
  const gpus = String(contract.gpu.count);
  const memory = `${memoryGiB}Gi`;
  const disk = `${diskGiB + TMP_GIB}Gi`;
  return {
    name: CONTAINER_NAME,
    image: contract.image,
    args: serveArguments(contract),
    env: [
      ...Object.entries(environment(contract)).map(([name, value]) => ({ name, value })),
      { name: SECRET_ENV.apiKey, valueFrom: { secretKeyRef: context.apiKey } },
      ...(context.huggingFaceToken === undefined
        ? []
        : [{ name: SECRET_ENV.huggingFaceToken, valueFrom: { secretKeyRef: context.huggingFaceToken } }]),
    ],
    ports: [{ name: PORT_NAME, containerPort: HTTP_PORT, protocol: "TCP" }],
    resources: {
      // No CPU limit: throttling the engine's process stalls every stream of the replica.
      requests: { cpu: String(cpus), memory, "ephemeral-storage": disk, [GPU_RESOURCE]: gpus },
      limits: { memory, "ephemeral-storage": disk, [GPU_RESOURCE]: gpus },
    },
    startupProbe: startupProbe(contract),
    readinessProbe: readinessProbe(),
    livenessProbe: livenessProbe(),
    lifecycle: { preStop: { sleep: { seconds: PRE_STOP_SECONDS } } },
    securityContext: CONTAINER_SECURITY,
    volumeMounts: [
      { name: "cache", mountPath: CACHE_PATH },
      { name: "shm", mountPath: "/dev/shm" },
      { name: "tmp", mountPath: "/tmp" },
    ],
  };
}
