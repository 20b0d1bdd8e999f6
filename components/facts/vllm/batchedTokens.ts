/**
 * vLLM's defaults for what one engine step of an API server takes, by the GPU's memory and name.
 *
 * Source: `get_batch_defaults` of vllm/engine/arg_utils.py (up to 0.10 `_set_default_args_v1`), read 2026-11-26 in 0.8.5, 0.9.2,
 * 0.10.2, 0.11.2 to 0.18.0, 0.20.2, 0.22.1, 0.24.0 and 0.26.0 to 0.33.0.
 */
import type { Gpu } from "../gpus.js";
import type { Architecture } from "../models/architecture.js";
import { isBefore } from "./version.js";

/** What a step takes where nobody says otherwise. */
export interface StepDefaults {
  /** `--max-num-batched-tokens` */
  batchedTokens: number;
  /** `--max-num-seqs` */
  sequences: number;
}

const SMALL: StepDefaults = { batchedTokens: 2048, sequences: 256 };
const LARGE: StepDefaults = { batchedTokens: 8192, sequences: 1024 };
const LARGEST: StepDefaults = { batchedTokens: 16384, sequences: 1024 };

/** GPUs with much memory that are left at the small values, and the first version read that leaves them there. */
const EXCEPTED: readonly { since: string; includes: (gpu: Gpu) => boolean }[] = [
  { since: "0.9.2", includes: ({ name }) => /a100/i.test(name) },
  // The GB10, for all its memory.
  { since: "0.33.0", includes: ({ computeCapability }) => computeCapability === 12.1 },
];

/** @param version any version of vLLM from 0.8 on, known or not */
export function stepDefaults(gpu: Gpu, version: string): StepDefaults {
  const isSince = (first: string): boolean => !isBefore(version, first);
  if (gpu.cudaGiB < 70 || EXCEPTED.some(({ since, includes }) => isSince(since) && includes(gpu))) return SMALL;
  return gpu.cudaGiB >= 160 && isSince("0.28.0") ? LARGEST : LARGE;
}

/**
 * What vLLM raises its default to, so that a step holds the largest item of a model that does not cut them; it does not start with less
 * (`_get_min_mm_batched_tokens` of vllm/engine/arg_utils.py since 0.22.0, `compute_mm_encoder_budget` of
 * vllm/v1/core/encoder_cache_manager.py). 0 where it does not.
 */
export function wholeItemTokens({ encoder }: Architecture, version: string): number {
  return isBefore(version, "0.22.0") ? 0 : (encoder?.wholeItemTokens ?? 0);
}

/** {@link StepDefaults.batchedTokens} of 0.29.0 to 0.32.0. */
export function defaultBatchedTokens(gpu: Gpu): number {
  return stepDefaults(gpu, "0.32.0").batchedTokens;
}

/** The same since 0.33.0, which excepts the GB10. */
export function defaultBatchedTokensButGb10(gpu: Gpu): number {
  return stepDefaults(gpu, "0.33.0").batchedTokens;
}
