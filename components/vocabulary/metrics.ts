/** Metrics of vLLM that this project reads, and the labels that the scrape adds to them. */

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

/** What each replica's start took, as a rule of its runtime records it; the label `part` is one of {@link COLD_START_PARTS}. */
export const COLD_START = "vllm_cold_start_seconds";

/**
 * From the pod's creation to its node; then to vLLM's start, with volumes, image pull and the wait for weights; then to Ready; and
 * all three. What vLLM does within `load` is in its log alone: no version up to 0.33.0 has it as a metric.
 */
export const COLD_START_PARTS = ["schedule", "prepare", "load", "total"] as const;
