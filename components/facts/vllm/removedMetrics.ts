/**
 * Metrics that vLLM no longer has, and what took their place: names in the sources of 0.6.6 to 0.11.2 that are not in those of 0.30.0
 * and 0.33.0 (vllm/engine/metrics.py, vllm/v1/metrics/, vllm/v1/spec_decode/metrics.py), read 2026-11-26.
 */
export const REMOVED_METRICS: Readonly<Record<string, string>> = {
  "vllm:gpu_cache_usage_perc": "vllm:kv_cache_usage_perc",
  "vllm:cpu_cache_usage_perc": "vllm:kv_cache_usage_perc",
  "vllm:gpu_prefix_cache_hit_rate": "vllm:prefix_cache_hits_total / vllm:prefix_cache_queries_total",
  "vllm:cpu_prefix_cache_hit_rate": "vllm:prefix_cache_hits_total / vllm:prefix_cache_queries_total",
  "vllm:gpu_prefix_cache_hits": "vllm:prefix_cache_hits_total",
  "vllm:gpu_prefix_cache_queries": "vllm:prefix_cache_queries_total",
  "vllm:time_per_output_token_seconds": "vllm:inter_token_latency_seconds",
  "vllm:num_requests_swapped": "vllm:num_preemptions_total",
  "vllm:avg_prompt_throughput_toks_per_s": "rate(vllm:prompt_tokens_total[5m])",
  "vllm:avg_generation_throughput_toks_per_s": "rate(vllm:generation_tokens_total[5m])",
  "vllm:time_in_queue_requests": "vllm:request_queue_time_seconds",
  "vllm:model_forward_time_milliseconds": "vllm:request_inference_time_seconds",
  "vllm:model_execute_time_milliseconds": "vllm:request_inference_time_seconds",
  "vllm:tokens_total": "vllm:prompt_tokens_total + vllm:generation_tokens_total",
  "vllm:spec_decode_draft_acceptance_rate":
    "vllm:spec_decode_num_accepted_tokens_total / vllm:spec_decode_num_draft_tokens_total",
  "vllm:spec_decode_efficiency": "vllm:spec_decode_num_accepted_tokens_total / vllm:spec_decode_num_drafts_total",
  "vllm:spec_decode_num_emitted_tokens": "vllm:spec_decode_num_accepted_tokens_total",
};
