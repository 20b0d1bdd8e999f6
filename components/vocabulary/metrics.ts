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
