/** Objects of the cluster, as far as this command reads them. */
import type { KubernetesObject } from "../local/client.js";

export interface EnvVar {
  name: string;
  value?: string;
  [field: string]: unknown;
}

export interface PodTemplate {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    containers: { name: string; command?: string[]; env?: EnvVar[]; [field: string]: unknown }[];
    [field: string]: unknown;
  };
}

export interface JobSpec {
  completions?: number;
  suspend?: boolean;
  template: PodTemplate;
  [field: string]: unknown;
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface Job extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { creationTimestamp?: string };
  spec: JobSpec;
  status?: {
    active?: number;
    startTime?: string;
    completionTime?: string;
    completedIndexes?: string;
    failedIndexes?: string;
    conditions?: Condition[];
  };
}

export interface CronJob extends KubernetesObject {
  spec: {
    schedule: string;
    suspend?: boolean;
    jobTemplate: { metadata?: Pick<KubernetesObject["metadata"], "labels" | "annotations">; spec: JobSpec };
  };
}

export interface Pod extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { creationTimestamp?: string };
  status?: {
    phase?: string;
    conditions?: Condition[];
    containerStatuses?: {
      state?: { waiting?: { reason?: string; message?: string }; running?: object; terminated?: { exitCode: number } };
    }[];
  };
}

/** A condition that holds. */
export function holds(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type && condition.status === "True");
}
