/**
 * Metrics of others that are read: kube-state-metrics, the DCGM exporter and KEDA.
 *
 * Sources, read 2026-11-26: https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics,
 * https://github.com/NVIDIA/dcgm-exporter/tree/4.5.3-4.8.2 (deployment/templates/metrics-configmap.yaml, internal/pkg/collector),
 * https://keda.sh/docs/2.20/integrations/prometheus/ and kedacore/keda pkg/metricscollector/prommetrics.go.
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
  podScheduledAt: gauge("kube_pod_status_scheduled_time", ...OF_POD),
  podReadyAt: gauge("kube_pod_status_ready_time", ...OF_POD),
  podPhase: gauge("kube_pod_status_phase", ...OF_POD, "phase"),
  podCreated: gauge("kube_pod_created", ...OF_POD),
  podDeleted: gauge("kube_pod_deletion_timestamp", ...OF_POD),
  /** Only while a pod has no node; 1. */
  podUnschedulable: gauge("kube_pod_status_unschedulable", ...OF_POD),
  tolerations: gauge("kube_pod_tolerations", ...OF_POD, "key", "operator", "value", "effect"),
  restarts: counter("kube_pod_container_status_restarts_total", ...OF_CONTAINER),
  containerStarted: gauge("kube_pod_container_state_started", ...OF_CONTAINER),
  lastTerminated: gauge("kube_pod_container_status_last_terminated_reason", ...OF_CONTAINER, "reason"),
  terminated: gauge("kube_pod_container_status_terminated_reason", ...OF_CONTAINER, "reason"),
  initRunning: gauge("kube_pod_init_container_status_running", ...OF_CONTAINER),
  initWaiting: gauge("kube_pod_init_container_status_waiting_reason", ...OF_CONTAINER, "reason"),
  requests: gauge("kube_pod_container_resource_requests", ...OF_CONTAINER, "resource", "unit", "node"),
  deploymentReplicas: gauge("kube_deployment_spec_replicas", "namespace", "deployment"),
  deploymentReady: gauge("kube_deployment_status_replicas_ready", "namespace", "deployment"),
  deploymentUpdated: gauge("kube_deployment_status_replicas_updated", "namespace", "deployment"),
  deploymentCondition: gauge("kube_deployment_status_condition", "namespace", "deployment", "condition", "status"),
  deploymentCreated: gauge("kube_deployment_created", "namespace", "deployment"),
  /** Failed pods, with `reason=""`; once the Job itself has failed for a reason that is known, 1 with that reason instead. */
  jobFailedPods: gauge("kube_job_status_failed", "namespace", "job_name", "reason"),
  /** Of the Job itself: only once it has failed, with `condition="true"` 1. */
  jobFailed: gauge("kube_job_failed", "namespace", "job_name", "condition"),
  jobActive: gauge("kube_job_status_active", "namespace", "job_name"),
  jobSucceeded: gauge("kube_job_status_succeeded", "namespace", "job_name"),
  jobLabels: gauge("kube_job_labels", "namespace", "job_name"),
  jobStarted: gauge("kube_job_status_start_time", "namespace", "job_name"),
  /** Of the cluster: only rules of the fleet see it. */
  nodeLabels: gauge("kube_node_labels", "node"),
  hpaCondition: gauge(
    "kube_horizontalpodautoscaler_status_condition",
    ...["namespace", "horizontalpodautoscaler", "condition", "status"],
  ),
  hpaReplicas: gauge("kube_horizontalpodautoscaler_status_desired_replicas", "namespace", "horizontalpodautoscaler"),
  hpaMost: gauge("kube_horizontalpodautoscaler_spec_max_replicas", "namespace", "horizontalpodautoscaler"),
  /** The pods behind a Service: 1 an address. In place of `kube_endpoint_address` since 2.17. */
  endpoints: gauge(
    "kube_endpointslice_endpoints",
    "namespace",
    "endpointslice",
    "targetref_kind",
    "targetref_name",
    "ready",
  ),
  endpointLabels: gauge("kube_endpointslice_labels", "namespace", "endpointslice"),
} as const satisfies Record<string, Metric>;

/**
 * Only slices of a GPU (MIG) have the labels `GPU_I_ID` and `GPU_I_PROFILE`. The node's name is `Hostname` up to 4.8.2, and `hostname`
 * after (commit d5e5f51 of 2026-05-12): a query by it breaks with the next chart.
 */
const OF_GPU = ["gpu", "UUID", "modelName", "Hostname", "GPU_I_ID", "GPU_I_PROFILE", ...OF_CONTAINER] as const;

/** The DCGM exporter; `namespace`, `pod` and `container` are those that hold the GPU. */
export const DCGM = {
  /** Percent. */
  utilization: gauge("DCGM_FI_DEV_GPU_UTIL", ...OF_GPU),
  /** 0 to 1. Slices of a GPU have this one alone. */
  engineActive: gauge("DCGM_FI_PROF_GR_ENGINE_ACTIVE", ...OF_GPU),
  /** MiB. */
  memoryUsed: gauge("DCGM_FI_DEV_FB_USED", ...OF_GPU),
  memoryFree: gauge("DCGM_FI_DEV_FB_FREE", ...OF_GPU),
  /** The last XID error, 0 for none: the same one a second time changes nothing. */
  xid: gauge("DCGM_FI_DEV_XID_ERRORS", ...OF_GPU),
  /** XID errors of the last five minutes, by `xid`. Not among the exporter's default counters: the add-on lists it. */
  xidCount: gauge("DCGM_EXP_XID_ERRORS_COUNT", ...OF_GPU, "xid"),
  /** Samples of the last five minutes, one in 30 s, with a clock that something held down. Listed by the add-on, too. */
  clockEvents: gauge("DCGM_EXP_CLOCK_EVENTS_COUNT", ...OF_GPU, "clock_event"),
  /** Degrees Celsius. */
  temperature: gauge("DCGM_FI_DEV_GPU_TEMP", ...OF_GPU),
  /** Watts. */
  power: gauge("DCGM_FI_DEV_POWER_USAGE", ...OF_GPU),
} as const satisfies Record<string, Metric>;

const OF_SCALER = [
  "namespace",
  "exported_namespace",
  "scaledObject",
  "scaler",
  "triggerIndex",
  "metric",
  "type",
] as const;

/** KEDA's operator; scraped in its own namespace, so `exported_namespace` is that of the ScaledObject. */
export const KEDA = {
  active: gauge("keda_scaler_active", ...OF_SCALER),
  value: gauge("keda_scaler_metrics_value", ...OF_SCALER),
  /** With each query that fails; the fallback itself is in no metric of KEDA, only in the ScaledObject's status. */
  errors: counter("keda_scaler_detail_errors_total", ...OF_SCALER),
} as const satisfies Record<string, Metric>;
