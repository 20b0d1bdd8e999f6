/**
 * Metrics of others that are read: kube-state-metrics, the DCGM exporter and KEDA.
 *
 * Sources, read 2026-11-26: https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics,
 * https://github.com/NVIDIA/dcgm-exporter/blob/main/etc/default-counters.csv, https://keda.sh/docs/2.20/integrations/prometheus/.
 */
import type { Metric } from "./metric.js";

const gauge = (name: string, ...labels: string[]): Metric => ({ name, kind: "gauge", labels });
const counter = (name: string, ...labels: string[]): Metric => ({ name, kind: "counter", labels });

const OF_POD = ["namespace", "pod"] as const;
const OF_CONTAINER = [...OF_POD, "container"] as const;

/** kube-state-metrics; `namespace` and `pod` are those of the object. */
export const KUBE = {
  podLabels: gauge("kube_pod_labels", ...OF_POD),
  podInfo: gauge("kube_pod_info", ...OF_POD, "node", "created_by_kind", "created_by_name"),
  podReady: gauge("kube_pod_status_ready", ...OF_POD, "condition"),
  podPhase: gauge("kube_pod_status_phase", ...OF_POD, "phase"),
  podCreated: gauge("kube_pod_created", ...OF_POD),
  podDeleted: gauge("kube_pod_deletion_timestamp", ...OF_POD),
  podUnschedulable: gauge("kube_pod_status_unschedulable", ...OF_POD),
  restarts: counter("kube_pod_container_status_restarts_total", ...OF_CONTAINER),
  containerStarted: gauge("kube_pod_container_state_started", ...OF_CONTAINER),
  lastTerminated: gauge("kube_pod_container_status_last_terminated_reason", ...OF_CONTAINER, "reason"),
  requests: gauge("kube_pod_container_resource_requests", ...OF_CONTAINER, "resource", "unit", "node"),
  deploymentReplicas: gauge("kube_deployment_spec_replicas", "namespace", "deployment"),
  deploymentReady: gauge("kube_deployment_status_replicas_ready", "namespace", "deployment"),
  deploymentUpdated: gauge("kube_deployment_status_replicas_updated", "namespace", "deployment"),
  deploymentCondition: gauge("kube_deployment_status_condition", "namespace", "deployment", "condition", "status"),
  deploymentCreated: gauge("kube_deployment_created", "namespace", "deployment"),
  jobFailed: gauge("kube_job_status_failed", "namespace", "job_name", "reason"),
  jobActive: gauge("kube_job_status_active", "namespace", "job_name"),
  jobSucceeded: gauge("kube_job_status_succeeded", "namespace", "job_name"),
  jobLabels: gauge("kube_job_labels", "namespace", "job_name"),
  jobStarted: gauge("kube_job_status_start_time", "namespace", "job_name"),
  /** Of the cluster: only rules of the fleet see it. */
  nodeLabels: gauge("kube_node_labels", "node"),
  hpaReplicas: gauge("kube_horizontalpodautoscaler_status_desired_replicas", "namespace", "horizontalpodautoscaler"),
  hpaMost: gauge("kube_horizontalpodautoscaler_spec_max_replicas", "namespace", "horizontalpodautoscaler"),
} as const satisfies Record<string, Metric>;

const OF_GPU = ["gpu", "UUID", "modelName", "Hostname", ...OF_CONTAINER] as const;

/** The DCGM exporter; `namespace`, `pod` and `container` are those that hold the GPU. */
export const DCGM = {
  /** Percent. */
  utilization: gauge("DCGM_FI_DEV_GPU_UTIL", ...OF_GPU),
  /** MiB. */
  memoryUsed: gauge("DCGM_FI_DEV_FB_USED", ...OF_GPU),
  memoryFree: gauge("DCGM_FI_DEV_FB_FREE", ...OF_GPU),
  /** The last XID error, 0 for none. */
  xid: gauge("DCGM_FI_DEV_XID_ERRORS", ...OF_GPU),
  /** Degrees Celsius. */
  temperature: gauge("DCGM_FI_DEV_GPU_TEMP", ...OF_GPU),
  /** Watts. */
  power: gauge("DCGM_FI_DEV_POWER_USAGE", ...OF_GPU),
} as const satisfies Record<string, Metric>;

const OF_SCALER = ["namespace", "scaledObject", "scaler", "triggerIndex", "metric", "type"] as const;

/** KEDA's operator; scraped in its own namespace, so `exported_namespace` is that of the ScaledObject. */
export const KEDA = {
  active: gauge("keda_scaler_active", ...OF_SCALER),
  value: gauge("keda_scaler_metrics_value", ...OF_SCALER),
  errors: counter("keda_scaler_detail_errors_total", ...OF_SCALER),
} as const satisfies Record<string, Metric>;
