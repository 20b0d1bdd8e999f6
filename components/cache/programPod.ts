/** A pod that runs one of our programs on a cache, without a GPU. */
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PodConfig } from "../contract/pod.js";
import { TUNING } from "../derive/tuning.js";
import { extensionEnv, extensionFields, extensionMounts, extensionVolumes, NO_GPU } from "../engine/podExtension.js";
import { diskBesideGiB } from "../derive/pod.js";
import type { SecretKey } from "../engine/secretKey.js";
import { CONTAINER_SECURITY, podSecurity } from "../engine/security.js";
import { MODELS_PATH, PROGRAMS_PATH, SCRATCH_PATH, SPEC_ENV } from "../vocabulary/paths.js";
import { SECRET_ENV } from "../vocabulary/secrets.js";

type Container = types.input.core.v1.Container;
type PodSpec = types.input.core.v1.PodSpec;

/** Who the pods of a cache are, and what the platform adds to them. */
export interface ProgramContext {
  serviceAccountName: pulumi.Input<string>;
  /** Name of the ConfigMap with the programs. */
  programs: pulumi.Input<string>;
  /** Claim that they write to; none where they use S3. */
  claim?: string | undefined;
  /** Token of the Hugging Face Hub. @default none */
  huggingFaceToken?: SecretKey | undefined;
  /** The stack's pod section: how its pods get images, and reach networks. @default nothing */
  extension?: PodConfig | undefined;
}

/** One run of a program. */
export interface ProgramRun {
  /** Of the container. */
  name: string;
  program: "fill.py" | "prune.py";
  image: string;
  /** The program's input. */
  spec: object;
  memoryGiB: number;
  /** The hub asks for a token. @default false */
  isGated?: boolean;
  /** Disk beside the cache, where there is none to write to. @default none */
  scratchGiB?: number;
}

export function programContainer(run: ProgramRun, context: ProgramContext): Container {
  const { extension = {}, huggingFaceToken, claim } = context;
  const disk = `${diskBesideGiB(extension) + (run.scratchGiB ?? 0)}Gi`;
  const memory = `${run.memoryGiB}Gi`;
  const token = run.isGated === true ? huggingFaceToken : undefined;
  return {
    name: run.name,
    image: run.image,
    command: ["python3", `${PROGRAMS_PATH}/${run.program}`],
    env: [
      NO_GPU,
      { name: SPEC_ENV, value: JSON.stringify(run.spec) },
      { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
      ...(token === undefined ? [] : [{ name: SECRET_ENV.huggingFaceToken, valueFrom: { secretKeyRef: token } }]),
      ...extensionEnv(extension),
    ],
    resources: {
      requests: { cpu: String(TUNING.fill.cpus), memory, "ephemeral-storage": disk },
      limits: { memory, "ephemeral-storage": disk },
    },
    securityContext: CONTAINER_SECURITY,
    volumeMounts: [
      { name: "programs", mountPath: PROGRAMS_PATH, readOnly: true },
      { name: "tmp", mountPath: "/tmp" },
      ...(claim === undefined ? [] : [{ name: "models", mountPath: MODELS_PATH }]),
      ...(run.scratchGiB === undefined ? [] : [{ name: "scratch", mountPath: SCRATCH_PATH }]),
      ...extensionMounts(extension),
    ],
  };
}

/** What such pods have beside their containers. @param runs that share the pod */
export function programPod(runs: readonly ProgramRun[], context: ProgramContext): Omit<PodSpec, "containers"> {
  const { extension = {}, claim, programs } = context;
  const { imagePullSecrets, schedulerName } = extensionFields(extension);
  const scratchGiB = Math.max(0, ...runs.map((run) => run.scratchGiB ?? 0));
  return {
    ...(imagePullSecrets !== undefined && { imagePullSecrets }),
    ...(schedulerName !== undefined && { schedulerName }),
    serviceAccountName: context.serviceAccountName,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    // Of Lustre the kubelet sets the group: once is enough, it would go through all weights.
    securityContext: { ...podSecurity(extension.securityContext), fsGroupChangePolicy: "OnRootMismatch" },
    volumes: [
      { name: "programs", configMap: { name: programs } },
      { name: "tmp", emptyDir: { sizeLimit: `${TUNING.disk.temporaryGiB}Gi` } },
      ...(claim === undefined ? [] : [{ name: "models", persistentVolumeClaim: { claimName: claim } }]),
      ...(scratchGiB === 0 ? [] : [{ name: "scratch", emptyDir: { sizeLimit: `${scratchGiB}Gi` } }]),
      ...extensionVolumes(extension),
    ],
  };
}

/** A Job's pod may be evicted and made again; one whose input is wrong is not tried again. */
export function jobPolicy(
  container: string,
): Pick<types.input.batch.v1.JobSpec, "podFailurePolicy" | "podReplacementPolicy"> {
  return {
    podFailurePolicy: {
      rules: [
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        { action: "FailJob", onExitCodes: { containerName: container, operator: "In", values: [REFUSED] } },
      ],
    },
    // The only value that goes with a failure policy, and what is wanted: the next pod finds the lock free.
    podReplacementPolicy: "Failed",
  };
}

/** Exit code of a program whose input is wrong: programs/program.py. */
const REFUSED = 2;
