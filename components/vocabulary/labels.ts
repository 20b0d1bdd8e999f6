/**
 * The vocabulary: every label, annotation, taint and metric label that this project writes or reads.
 * Selectors, scrapes, policies, queries and tests take them from here, so that none can drift from the others.
 */

/** The prefix of labels and annotations of our own. */
const OWN = "pulumi-vllm.dev";

/** Labels of workloads and of everything that belongs to them. */
export const LABELS = {
  /** Always {@link APP_NAME}. */
  name: "app.kubernetes.io/name",
  /** The model's key in the stack config. */
  instance: "app.kubernetes.io/instance",
  /** One of {@link COMPONENTS}. */
  component: "app.kubernetes.io/component",
  /** The stack. */
  partOf: "app.kubernetes.io/part-of",
  managedBy: "app.kubernetes.io/managed-by",
  release: `${OWN}/release`,
  /** The model's commit, 40 hex digits. */
  revision: `${OWN}/revision`,
  class: `${OWN}/class`,
  /** The GPU type, a key of the GPU table. */
  gpu: `${OWN}/gpu`,
} as const;

export const ANNOTATIONS = {
  /** The whole runtime contract as JSON. */
  contract: `${OWN}/contract`,
  /** The first 16 hex digits of the SHA-256 of {@link ANNOTATIONS.contract}. */
  contractHash: `${OWN}/contract-hash`,
} as const;

/**
 * Id of a run of `npm run local`: a label of everything that it makes, and on simulated nodes an annotation and a taint too.
 * Only what carries the id of a run is changed or deleted by it.
 */
export const LOCAL_RUN = `${OWN}/local-run`;

/** A text as a label's value: at most 63 letters, digits, dashes, dots and underscores, first and last no punctuation. */
export function labelValue(text: string): string {
  return text
    .replace(/[^\w.-]/g, "-")
    .slice(0, 63)
    .replace(/^[^a-zA-Z0-9]+|[^a-zA-Z0-9]+$/g, "");
}

/** Value of {@link LABELS.name} on everything this project deploys for vLLM. */
export const APP_NAME = "vllm";
/** Value of {@link LABELS.managedBy}. */
export const MANAGED_BY = "pulumi";

/** Values of {@link LABELS.component}. */
export const COMPONENTS = { runtime: "runtime", batch: "batch", cache: "cache", spare: "spare" } as const;

/** The label that Kubernetes itself puts on every namespace, and lets nobody change. */
export const NAMESPACE_NAME = "kubernetes.io/metadata.name";

/** Labels of nodes. */
export const NODE_LABELS = {
  /** A key of the GPU table, such as `l4`. */
  accelerator: "accelerator",
  /** One of {@link WORKLOADS}. */
  workload: "workload",
  /** One of {@link LIFECYCLES}. */
  lifecycle: "node-lifecycle",
} as const;

/** Values of {@link NODE_LABELS.workload}. */
export const WORKLOADS = { inference: "gpu-inference", batch: "gpu-batch", system: "system" } as const;

/** Values of {@link NODE_LABELS.lifecycle}. */
export const LIFECYCLES = { onDemand: "on-demand", spot: "spot" } as const;

/** Labels by which a node is known to be a spot node, ours and those of the common clouds and provisioners. */
export const SPOT_NODE_LABELS: ReadonlyArray<{ key: string; value: string }> = [
  { key: NODE_LABELS.lifecycle, value: LIFECYCLES.spot },
  { key: "eks.amazonaws.com/capacityType", value: "SPOT" },
  { key: "karpenter.sh/capacity-type", value: "spot" },
  { key: "cloud.google.com/gke-spot", value: "true" },
  { key: "kubernetes.azure.com/scalesetpriority", value: "spot" },
];

/** The extended resource by which a pod asks for NVIDIA GPUs; MIG slices are `nvidia.com/mig-…`. */
export const GPU_RESOURCE = "nvidia.com/gpu";

/** Taint of every GPU node: `nvidia.com/gpu=true:NoSchedule`. */
export const GPU_TAINT = { key: GPU_RESOURCE, value: "true", effect: "NoSchedule" } as const;
/** Taint of every spot node: `node-lifecycle=spot:NoSchedule`. */
export const SPOT_TAINT = { key: NODE_LABELS.lifecycle, value: LIFECYCLES.spot, effect: "NoSchedule" } as const;

/**
 * Labels that the scrape puts on every vLLM series, since vLLM's own (`model_name`, `engine`) name neither release nor
 * revision. Prefixed, so that they cannot collide with a label of the metric itself.
 */
export const METRIC_LABELS = {
  model: "vllm_model",
  release: "vllm_release",
  revision: "vllm_revision",
  class: "vllm_class",
} as const;

/** vLLM's metrics that we read, as vLLM 0.30 and later name them. */
export const METRICS = {
  running: "vllm:num_requests_running",
  waiting: "vllm:num_requests_waiting",
  kvCacheUsage: "vllm:kv_cache_usage_perc",
} as const;
