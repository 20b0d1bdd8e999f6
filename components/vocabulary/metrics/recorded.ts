/** Series that rules of this project record. The form is Prometheus' own: `level:metric:operation`. */

/** What the config states, as series: rules and panels join them instead of repeating numbers. */
export const CONTRACT = {
  /** 1 a release; beside its level `deployment`, `image` and `contract_hash`. */
  info: "vllm_contract_info",
  /** A number of a release; the label `target` is one of {@link TARGETS}. */
  target: "vllm_contract_target",
  /** 1 a model: the release that its route names as stable. */
  route: "vllm_route_info",
  /** The share of requests that have to be good, 0 to 1; the labels are `slo`, one of {@link OBJECTIVES}, and `le`. */
  objective: "vllm_slo_objective",
  /** 1 a pod of a release: beside its level `pod`, `node` and `component`. */
  pod: "vllm_pod_info",
} as const;

/** Values of the label `target`. */
export const TARGETS = {
  /** Requests that a replica runs at once. */
  sequences: "sequences",
  /** Requests that a replica runs and queues. */
  inFlight: "in_flight",
  /** Requests in flight that a replica aims at. */
  inFlightTarget: "in_flight_target",
  waitingTarget: "waiting_target",
  /** Share of the KV cache that a replica aims at, 0 to 1. */
  kvCacheTarget: "kv_cache_target",
  /** From the container's start to its first readiness. */
  startupSeconds: "startup_seconds",
  /** From the pod's creation to its first readiness: a new node, the image, a folder that the node fills itself, the start. */
  deadlineSeconds: "deadline_seconds",
  drainSeconds: "drain_seconds",
  replicasMin: "replicas_min",
  replicasMax: "replicas_max",
  /** GPUs of a replica. */
  gpus: "gpus",
  /** Tokens of one request. */
  context: "context",
  /** Price of a replica, in dollars an hour; absent where no machine has a price. */
  hourlyUsd: "hourly_usd",
} as const;
export type Target = (typeof TARGETS)[keyof typeof TARGETS];

/** Values of the label `slo`. */
export const OBJECTIVES = { ttft: "ttft", interTokenLatency: "itl", availability: "availability" } as const;
export type Objective = (typeof OBJECTIVES)[keyof typeof OBJECTIVES];

/** Series a release. */
export const RELEASE = {
  running: "release:vllm_requests_running:sum",
  waiting: "release:vllm_requests_waiting:sum",
  /** The fullest replica, 0 to 1. */
  kvCacheUsage: "release:vllm_kv_cache_usage:max",
  preemptions: "release:vllm_preemptions:rate1m",
  /** Requests a second that ended, by `finished_reason`. */
  finished: "release:vllm_requests_finished:rate5m",
  /** Requests a second that were posted to `/v1`, by class of `status`, such as `5xx`. */
  http: "release:vllm_http_requests:rate5m",
  /** Requests a second that were over the limits of the contract; absent before vLLM 0.32, which does not count them. */
  refusals: "release:vllm_refusals:rate5m",
  promptTokens: "release:vllm_prompt_tokens:rate5m",
  /** Of {@link RELEASE.promptTokens}, those that were not computed again. */
  cachedPromptTokens: "release:vllm_prompt_tokens_cached:rate5m",
  generationTokens: "release:vllm_generation_tokens:rate5m",
  /** By `le`. */
  timeToFirstToken: "release:vllm_time_to_first_token_seconds_bucket:rate5m",
  interTokenLatency: "release:vllm_inter_token_latency_seconds_bucket:rate5m",
  /** Seconds, by `quantile`: 0.5, 0.95 and 0.99. */
  timeToFirstTokenQuantile: "release:vllm_time_to_first_token_seconds:quantile5m",
  interTokenLatencyQuantile: "release:vllm_inter_token_latency_seconds:quantile5m",
  replicasWanted: "release:vllm_replicas_wanted:sum",
  replicasReady: "release:vllm_replicas_ready:sum",
  /** Replicas of the newest template, ready or not. */
  replicasUpdated: "release:vllm_replicas_updated:sum",
  /** Pods that are scraped. */
  scraped: "release:vllm_scraped:sum",
  restarts: "release:vllm_restarts:increase15m",
  outOfMemory: "release:vllm_out_of_memory:count",
  /** Of its GPUs, 0 to 1. */
  gpuUtilization: "release:vllm_gpu_utilization:avg",
  gpuMemory: "release:vllm_gpu_memory_usage:max",
} as const;

/** Windows of {@link SLO.errors}. */
export const SLO_WINDOWS = ["5m", "30m", "1h", "6h", "3d", "30d"] as const;
export type SloWindow = (typeof SLO_WINDOWS)[number];

/** Service levels, by model and `slo`; 0 where a model has no traffic. */
export const SLO = {
  /** Requests a second; with `slo="itl"` tokens. */
  requests: "model:vllm_slo_requests:rate5m",
  /** The good ones of {@link SLO.requests}. */
  good: "model:vllm_slo_good:rate5m",
  /** Those of five minutes and of an hour, recorded as often: what the long windows are made of. */
  requestsOf: (window: "5m" | "1h"): string => `model:vllm_slo_requests:increase${window}`,
  goodOf: (window: "5m" | "1h"): string => `model:vllm_slo_good:increase${window}`,
  /** Share of bad requests, 0 to 1. */
  errors: (window: SloWindow): string => `model:vllm_slo_errors:ratio_rate${window}`,
  /** Bad requests, with `slo="itl"` too: bad tokens over tokens a request. */
  bad: (window: "1h" | "6h" | "3d"): string => `model:vllm_slo_bad_requests:increase${window}`,
  /** Share of the error budget of 30 days that is left; negative when it is spent. */
  budgetLeft: "model:vllm_slo_budget_left:ratio30d",
} as const;

/** A model's requests a second that were posted to `/v1`, whatever came of them. */
export const MODEL_REQUESTS = "model:vllm_http_requests:rate5m";
/** Those of five minutes, recorded as often. */
export const MODEL_REQUESTS_OF_5M = "model:vllm_http_requests:increase5m";

/** Cost, at the level of a release unless said otherwise. Dollars are US dollars. */
export const COST = {
  /** Dollars an hour of a kind of machine: labels `instance_type` and `capacity` (`on-demand` or `spot`). */
  machine: "vllm_machine_hourly_usd",
  /** GPUs of a kind of machine: label `instance_type`. */
  machineGpus: "vllm_machine_gpus",
  /** 1 a node that a pod of the stack is on: labels `node`, `instance_type` and `capacity`. Of the fleet. */
  node: "vllm_node_info",
  /** Dollars an hour of one GPU of a node: the labels of {@link COST.node}. */
  nodeGpu: "node:vllm_gpu_usd:per_hour",
  /** GPUs that a pod holds: beside its level `pod`, `node`, `component` and `resource`. */
  podGpus: "pod:vllm_gpus:sum",
  /** Dollars an hour of a pod: beside its level `pod`, `node`, `component` and `basis`, one of {@link COST_BASES}. */
  pod: "pod:vllm_cost_usd:per_hour",
  /** Dollars an hour of a release's pods, by `component`. */
  hourly: "release:vllm_cost_usd:per_hour",
  /** GPUs that pods hold, whether they are busy or not, by `component`. */
  gpus: "release:vllm_gpus:sum",
  /** GPUs that pods hold and that have no price, by `component`; absent where there are none. */
  unpriced: "release:vllm_gpus_unpriced:sum",
  /** Dollars an hour of GPUs that computed nothing, by `component`. */
  idle: "release:vllm_cost_idle_usd:per_hour",
  /** Tokens an hour, by `phase`: input and output. */
  tokens: "release:vllm_tokens:per_hour",
  /** Dollars a million tokens, by `phase`; absent while there are no tokens. */
  perMillionTokens: "release:vllm_cost_usd:per_million_tokens",
  /** Of a model, over the last 24 hours: dollars, GPU hours, and by `phase` tokens and dollars a million tokens. */
  day: "model:vllm_cost_usd:day",
  gpuHoursDay: "model:vllm_gpu_hours:day",
  idleDay: "model:vllm_cost_idle_usd:day",
  tokensDay: "model:vllm_tokens:day",
  perMillionTokensDay: "model:vllm_cost_usd:per_million_tokens_day",
  /** Dollars of the last 24 hours of all that the stack runs: labels `namespace` and `vllm_stack`. */
  stackDay: "stack:vllm_cost_usd:day",
  /** The budget of a day in dollars, of a model, or of the stack with `vllm_model=""`. */
  budget: "vllm_budget_usd_day",
} as const;

/** What alerts know of a release's past. Both are there only while replicas are wanted, a release each. */
export const PAST = {
  /** When its replicas began to be wanted, in seconds since 1970. */
  wantedSince: "release:vllm_replicas_wanted:since",
  /** 1 once one of them has been ready. */
  served: "release:vllm_replicas_ready:once",
} as const;

/** Where a pod's price is from: the machine that it is on, or the release's cheapest machine in the config. */
export const COST_BASES = { machine: "machine", contract: "contract" } as const;

/** Values of the label `phase`. */
export const PHASES = { input: "input", output: "output" } as const;
export type Phase = (typeof PHASES)[keyof typeof PHASES];
