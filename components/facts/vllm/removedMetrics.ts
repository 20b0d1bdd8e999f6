/** Metrics that vLLM no longer has, and what took their place. Checked against 0.30.0's /metrics. */
export const REMOVED_METRICS: Readonly<Record<string, string>> = {
  "vllm:gpu_cache_usage_perc": "vllm:kv_cache_usage_perc",
  "vllm:cpu_cache_usage_perc": "vllm:kv_cache_usage_perc",
  "vllm:gpu_prefix_cache_hit_rate": "vllm:prefix_cache_hits_total / vllm:prefix_cache_queries_total",
  "vllm:cpu_prefix_cache_hit_rate": "vllm:prefix_cache_hits_total / vllm:prefix_cache_queries_total",
  "vllm:time_per_output_token_seconds": "vllm:inter_token_latency_seconds",
  "vllm:num_requests_swapped": "vllm:num_preemptions_total",
};
