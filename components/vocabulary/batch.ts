/** Paths and labels of the pods of a batch. */

/** Where claims are mounted, each by its name. */
export const CLAIMS_PATH = "/claims";

/** Label by which Kueue finds what it decides on: https://kueue.sigs.k8s.io/docs/tasks/run/jobs/, read 2026-11-26. */
export const QUEUE_LABEL = "kueue.x-k8s.io/queue-name";

/** Labels of a Job's pods with the Job's name and uid: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
export const JOB_NAME_LABEL = "batch.kubernetes.io/job-name";
export const JOB_UID_LABEL = "batch.kubernetes.io/controller-uid";
