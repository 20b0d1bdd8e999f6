/** Objects of a cluster, as far as checks read them. */
import type { KubernetesObject } from "../local/client.js";

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface Deployment extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { generation?: number; creationTimestamp?: string };
  spec: { replicas?: number; template: PodTemplate };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    readyReplicas?: number;
    availableReplicas?: number;
    conditions?: Condition[];
  };
}

export interface Container {
  name: string;
  image?: string;
  env?: { name: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
  resources?: { limits?: Record<string, string> };
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string> };
  spec: PodSpec;
}

export interface PodSpec {
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  tolerations?: object[];
  containers: Container[];
}

interface ContainerState {
  running?: object;
  terminated?: { exitCode?: number; reason?: string; finishedAt?: string };
  waiting?: { reason?: string; message?: string };
}

export interface Pod extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { namespace: string };
  spec: PodSpec;
  status?: {
    podIP?: string;
    conditions?: Condition[];
    containerStatuses?: {
      name: string;
      imageID?: string;
      restartCount?: number;
      state?: ContainerState;
      lastState?: ContainerState;
    }[];
  };
}

export interface Node extends KubernetesObject {
  status?: { allocatable?: Record<string, string> };
}

export interface Service extends KubernetesObject {
  spec: { selector?: Record<string, string>; ports?: { name?: string; port: number; targetPort?: number | string }[] };
}

export interface EndpointSlice extends KubernetesObject {
  endpoints?: { conditions?: { ready?: boolean | null }; targetRef?: { kind?: string; name?: string } }[] | null;
}

/** A query that KEDA asks Prometheus, or another trigger. */
export interface Trigger {
  type: string;
  name?: string;
  metadata: Record<string, string>;
}

export interface ScaledObject extends KubernetesObject {
  spec: { minReplicaCount?: number; maxReplicaCount?: number; triggers: Trigger[] };
  status?: { conditions?: Condition[]; hpaName?: string };
}

export interface HorizontalPodAutoscaler extends KubernetesObject {
  spec: { minReplicas?: number; maxReplicas: number; metrics?: object[] };
  status?: { conditions?: Condition[]; currentMetrics?: object[] | null };
}

export interface Rules extends KubernetesObject {
  spec: { groups: { name: string; rules: { record?: string; alert?: string }[] }[] };
}

export interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>;
}

export interface Job extends KubernetesObject {
  status?: { conditions?: Condition[]; active?: number };
}

export interface DaemonSet extends KubernetesObject {
  status?: { desiredNumberScheduled?: number; numberReady?: number; updatedNumberScheduled?: number };
}

/** Whether a pod may get traffic: it is Ready and not on its way out. */
export function isReady({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True");
  return metadata.deletionTimestamp === undefined && ready === true;
}

/** A condition of an object, if it has one of that type. */
export function conditionOf(object: { status?: { conditions?: Condition[] } }, type: string): Condition | undefined {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

/** `Ready is False (reason): message`. */
export function conditionText({ type, status, reason, message }: Condition): string {
  const why = reason === undefined || reason === "" ? "" : ` (${reason})`;
  return `${type} is ${status}${why}${message === undefined || message === "" ? "" : `: ${message}`}`;
}
