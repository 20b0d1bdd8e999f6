import type { Gpu } from "../gpus.js";

/**
 * vLLM's default for `--max-num-batched-tokens` of an API server, by the GPU's memory and name, with the A100 excepted.
 * Source: `get_batch_defaults`, vllm/engine/arg_utils.py, the same in 0.30.0 to 0.33.0.
 */
export function defaultBatchedTokens({ cudaGiB, name }: Gpu): number {
  if (cudaGiB >= 160) return 16384;
  return cudaGiB >= 70 && !/a100/i.test(name) ? 8192 : 2048;
}
