/**
 * vLLM's metrics that are read. Each is in what real servers of 0.30.0 and 0.32.0 answered to `GET /metrics`
 * (test/vocabulary/fixtures).
 */
import type { Metric } from "./metric.js";

const OF_ENGINE = ["engine", "model_name"] as const;

const gauge = (name: string, labels: readonly string[] = OF_ENGINE): Metric => ({ name, kind: "gauge", labels });
const counter = (name: string, labels: readonly string[] = OF_ENGINE): Metric => ({ name, kind: "counter", labels });
const histogram = (name: string): Metric => ({ name, kind: "histogram", labels: OF_ENGINE });

export const VLLM = {
  running: gauge("vllm:num_requests_running"),
  waiting: gauge("vllm:num_requests_waiting"),
  /** 0 to 1. */
  kvCacheUsage: gauge("vllm:kv_cache_usage_perc"),
  preemptions: counter("vllm:num_preemptions_total"),
  promptTokens: counter("vllm:prompt_tokens_total"),
  cachedPromptTokens: counter("vllm:prompt_tokens_cached_total"),
  generationTokens: counter("vllm:generation_tokens_total"),
  prefixCacheQueries: counter("vllm:prefix_cache_queries_total"),
  prefixCacheHits: counter("vllm:prefix_cache_hits_total"),
  /** Also those that ended badly: `finished_reason` is stop, length, abort, error or repetition. */
  finished: counter("vllm:request_success_total", [...OF_ENGINE, "finished_reason"]),
  /** Requests that are over the limits of the contract. `reason` is max_num_queued_reqs or max_num_queued_tokens. */
  refusals: { ...counter("vllm:admission_rejections_total", ["model_name", "reason"]), since: "0.32.0" },
  timeToFirstToken: histogram("vllm:time_to_first_token_seconds"),
  interTokenLatency: histogram("vllm:inter_token_latency_seconds"),
  /** Seconds a token after the first, one observation a request. */
  timePerToken: histogram("vllm:request_time_per_output_token_seconds"),
  requestLatency: histogram("vllm:e2e_request_latency_seconds"),
  queueTime: histogram("vllm:request_queue_time_seconds"),
  promptLength: histogram("vllm:request_prompt_tokens"),
  generationLength: histogram("vllm:request_generation_tokens"),
  /** Of the API server, by path and class of status (`2xx`). Without a series for a class that no request had. */
  httpRequests: counter("http_requests_total", ["handler", "method", "status"]),
  /** When its process started, in seconds since 1970; absent with several API servers. */
  processStarted: gauge("process_start_time_seconds", []),
} as const satisfies Record<string, Metric>;

/** Names of the same. */
export const METRICS = Object.fromEntries(Object.entries(VLLM).map(([key, { name }]) => [key, name])) as Readonly<
  Record<keyof typeof VLLM, string>
>;
