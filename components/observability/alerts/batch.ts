/** Batches and the cache of weights. */
import { COMPONENTS } from "../../vocabulary/labels.js";
import { KUBE } from "../../vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";
import type { Scope } from "../promql.js";
import type { Alert } from "./alert.js";
import { inNamespace, joinedToJobs, pods } from "./series.js";

const CANNOT_START = "CrashLoopBackOff|ErrImagePull|ImagePullBackOff|CreateContainerConfigError|CreateContainerError";

/** A pod of a cache is the stack's, and of a release where nodes fill their own folders. */
const OF_CACHE = ["vllm_stack", METRIC_LABELS.model, METRIC_LABELS.release];

function cachePods(scope: Scope): string {
  return pods(scope, COMPONENTS.cache, OF_CACHE);
}

export const BATCH: readonly Alert[] = [
  {
    name: "VllmCacheFillFailed",
    summary: "weights were not fetched: {{ or $labels.job_name $labels.pod }}",
    description:
      "{{ or $labels.job_name $labels.pod }} (namespace {{ $labels.namespace }}) has failed to fetch weights into the cache. " +
      "Releases that need them cannot start, and pulumi up waits for them or fails.",
    condition:
      "a Job that fills the cache has failed, or a pod that fills a node's folder cannot start or fails again and again",
    expr: (scope) => {
      const failed = `${inNamespace(KUBE.jobFailed, scope, 'condition="true"')} == 1`;
      // Between two attempts the container runs for a while.
      const waiting = `max_over_time(${inNamespace(KUBE.initWaiting, scope, `reason=~"${CANNOT_START}"`)}[10m]) == 1`;
      return `${joinedToJobs(failed, COMPONENTS.cache, scope)}\nor ${cachePods(scope)} and on (namespace, pod) ${waiting}`;
    },
    dashboard: "batch",
  },
  {
    name: "VllmCacheFillWaiting",
    summary: "a fill of the cache does not start: {{ $labels.pod }}",
    description:
      "Pod {{ $labels.pod }} (namespace {{ $labels.namespace }}), which fetches weights into the cache, has not begun: it waits for a " +
      "node, a volume or its image.",
    condition: "a pod that fills the cache is pending, and none of its containers runs",
    expr: (scope) => {
      const pending = `${inNamespace(KUBE.podPhase, scope, 'phase="Pending"')} == 1`;
      return (
        `${cachePods(scope)}\nand on (namespace, pod) ${pending}\n` +
        // Where nodes fill their own folders, fills are init containers.
        `unless on (namespace, pod) ${inNamespace(KUBE.initRunning, scope)} == 1\n` +
        `unless on (namespace, pod) ${inNamespace(KUBE.podDeleted, scope)}`
      );
    },
    dashboard: "batch",
  },
  {
    name: "VllmBatchShardFailing",
    summary: "batch {{ $labels.vllm_model }}: shards fail",
    description:
      "Job {{ $labels.job_name }} of batch {{ $labels.vllm_model }} (namespace {{ $labels.namespace }}) has failed, or {{ $value }} of " +
      "its pods have. Spot nodes that went are not counted.",
    condition: "failed pods of a run's Job reach the threshold, or the Job has failed within the last day",
    expr: (scope, threshold) => {
      const failed = `${inNamespace(KUBE.jobFailed, scope, 'condition="true"')} == 1`;
      const pods = `${inNamespace(KUBE.jobFailedPods, scope, 'reason=""')} >= ${threshold}`;
      // A Job that has failed is kept for a week: old news is no alert.
      const old = `on (namespace, job_name) ${inNamespace(KUBE.jobFailed, scope, 'condition="true"')} offset 1d == 1`;
      return joinedToJobs(`(${pods} or ${failed}) unless ${old}`, COMPONENTS.batch, scope);
    },
    dashboard: "batch",
  },
];
