/** A pod of a batch that has no GPU: it checks, cuts, sends or joins. */
import type { types } from "@pulumi/kubernetes";
import type { BatchPlan } from "../derive/batch/plan.js";
import { TUNING } from "../derive/tuning.js";
import { extensionFields, NO_GPU } from "../engine/podExtension.js";
import { CONTAINER_SECURITY, podSecurity } from "../engine/security.js";
import { ENGINE_CONTAINER } from "../vocabulary/workloads.js";
import { batchVolumes } from "./volumes.js";
import type { BatchPodContext } from "./context.js";

type EnvVar = types.input.core.v1.EnvVar;

/** What differs between such pods. */
export interface Helper {
  command: string[];
  env: EnvVar[];
  deadlineSeconds: number;
  /** It talks to the API server. @default false */
  hasToken?: boolean;
}

export function helperPod(
  plan: BatchPlan,
  { serviceAccountName, programs, priorityClassName, extension = {} }: BatchPodContext,
  { command, env, deadlineSeconds, hasToken = false }: Helper,
): types.input.core.v1.PodSpec {
  const { cpus, memoryGiB } = TUNING.batch.helper;
  const { temporaryGiB } = TUNING.disk;
  const { imagePullSecrets, schedulerName } = extensionFields(extension);
  const own = batchVolumes(plan, programs);
  const disk = `${own.reduce((sum, { diskGiB = 0 }) => sum + diskGiB, temporaryGiB)}Gi`;
  const memory = `${memoryGiB}Gi`;
  return {
    ...(imagePullSecrets !== undefined && { imagePullSecrets }),
    ...(schedulerName !== undefined && { schedulerName }),
    serviceAccountName,
    automountServiceAccountToken: hasToken,
    enableServiceLinks: false,
    restartPolicy: "Never",
    terminationGracePeriodSeconds: TUNING.batch.graceSeconds,
    activeDeadlineSeconds: deadlineSeconds,
    ...(priorityClassName !== undefined && { priorityClassName }),
    securityContext: podSecurity(extension.securityContext),
    containers: [
      {
        name: ENGINE_CONTAINER,
        image: plan.image,
        command,
        env: [NO_GPU, ...env],
        resources: {
          requests: { cpu: String(cpus), memory, "ephemeral-storage": disk },
          limits: { memory, "ephemeral-storage": disk },
        },
        securityContext: CONTAINER_SECURITY,
        volumeMounts: [
          { name: "tmp", mountPath: "/tmp" },
          ...own.map(({ volume, mount }) => ({ name: volume.name, ...mount })),
        ],
      },
    ],
    volumes: [{ name: "tmp", emptyDir: { sizeLimit: `${temporaryGiB}Gi` } }, ...own.map(({ volume }) => volume)],
  };
}
