/** Fields of pods and nodes that tell of a start. */
import type { KubernetesObject } from "../local/objects.js";

interface Running {
  startedAt?: string;
}

interface Terminated extends Running {
  finishedAt?: string;
  exitCode?: number;
  reason?: string;
}

export interface ContainerState {
  running?: Running;
  terminated?: Terminated;
  waiting?: { reason?: string; message?: string };
}

export interface ContainerStatus {
  name: string;
  restartCount: number;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface Pod extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { creationTimestamp: string };
  spec: { nodeName?: string };
  status?: {
    conditions?: { type: string; status: string; lastTransitionTime?: string }[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
  };
}

export interface Node extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { creationTimestamp: string };
}

/** In milliseconds since 1970; `undefined` for a time that is not there. */
export function timeOf(text: string | undefined): number | undefined {
  const time = Date.parse(text ?? "");
  return Number.isNaN(time) ? undefined : time;
}

/** Since when a condition holds; `undefined` where it does not. */
export function since(pod: Pod, condition: string): number | undefined {
  const found = pod.status?.conditions?.find(({ type, status }) => type === condition && status === "True");
  return timeOf(found?.lastTransitionTime);
}

/** When a container last started, and when that start ended. */
export function spanOf({ state, lastState }: ContainerStatus): { startedAt?: number; finishedAt?: number } {
  const ended = state?.terminated ?? (state?.running === undefined ? lastState?.terminated : undefined);
  const startedAt = timeOf(state?.running?.startedAt ?? ended?.startedAt);
  const finishedAt = timeOf(ended?.finishedAt);
  return { ...(startedAt !== undefined && { startedAt }), ...(finishedAt !== undefined && { finishedAt }) };
}

/** The first start of any container: image and volumes are there by then. */
export function firstStart({ status }: Pod): number | undefined {
  const starts = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
    ({ state, lastState }) =>
      [state?.running?.startedAt, state?.terminated?.startedAt, lastState?.terminated?.startedAt]
        .map(timeOf)
        .filter((time) => time !== undefined),
  );
  return starts.length === 0 ? undefined : Math.min(...starts);
}
