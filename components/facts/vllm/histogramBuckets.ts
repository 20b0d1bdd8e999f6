/**
 * Upper edges of vLLM's latency histograms, in seconds: a share of requests is exact on an edge, and a guess between two.
 *
 * Source: vllm/v1/metrics/loggers.py of 0.29.0 and vllm/v1/metrics/buckets.py of 0.30.0 to 0.33.0, the same in all, read 2026-11-26.
 * 0.32.0 brought `--custom-histogram-buckets` (`custom_histogram_buckets` of vllm/config/observability.py), whose list takes the
 * place of a family's own.
 */
export const BUCKETS = {
  time_to_first_token: [
    ...[0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75],
    ...[1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560],
  ],
  inter_token_latency: [
    ...[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75],
    ...[1, 2.5, 5, 7.5, 10, 20, 40, 80],
  ],
} as const satisfies Readonly<Record<string, readonly number[]>>;

/** A key of `--custom-histogram-buckets`. */
export type BucketFamily = keyof typeof BUCKETS;

/** The flag, without its dashes, and the version that brought it. */
export const CUSTOM_BUCKETS = { flag: "custom-histogram-buckets", since: "0.32.0" } as const;
