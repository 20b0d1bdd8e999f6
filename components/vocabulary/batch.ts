/** Paths, labels and kinds of objects of batches. */
import type { ObjectKind } from "./workloads.js";

/** Where claims are mounted, each by its name. */
export const CLAIMS_PATH = "/claims";

/** Where pods of a batch keep a shard while they work on it. */
export const SCRATCH_PATH = "/scratch";

/** Label by which Kueue finds what it decides on: https://kueue.sigs.k8s.io/docs/tasks/run/jobs/, read 2026-11-26. */
export const QUEUE_LABEL = "kueue.x-k8s.io/queue-name";

/** Labels of a Job's pods with the Job's name and uid: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
export const JOB_NAME_LABEL = "batch.kubernetes.io/job-name";
export const JOB_UID_LABEL = "batch.kubernetes.io/controller-uid";

/** Kinds of all objects that batches consist of, in the order in which a stack takes them away: first what makes others again. */
export const BATCH_OBJECTS: readonly ObjectKind[] = [
  { apiVersion: "batch/v1", kind: "CronJob" },
  { apiVersion: "batch/v1", kind: "Job" },
  { apiVersion: "v1", kind: "PodTemplate" },
  { apiVersion: "v1", kind: "ResourceQuota" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
  { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role" },
  { apiVersion: "v1", kind: "ServiceAccount" },
  { apiVersion: "v1", kind: "ConfigMap" },
];
