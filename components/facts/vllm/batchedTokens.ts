import type { Gpu } from "../gpus.js";

/**
 * vLLM's default for `--max-num-batched-tokens` of an API server, by the GPU's memory and name, with the A100 excepted.
 * Source: `get_batch_defaults`, vllm/engine/arg_utils.py, the same in 0.29.0 to 0.32.0.
 */
export function defaultBatchedTokens({ cudaGiB, name }: Gpu): number {
  if (cudaGiB >= 160) return 16384;
  return cudaGiB >= 70 && !/a100/i.test(name) ? 8192 : 2048;
}

/** The same since 0.33.0, which leaves the GB10 (compute capability 12.1) at the small value for all its memory. */
export function defaultBatchedTokensButGb10(gpu: Gpu): number {
  return gpu.computeCapability === 12.1 ? 2048 : defaultBatchedTokens(gpu);
}
