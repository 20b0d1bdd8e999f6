/** What the fit of a replica depends on. */
import type { Gpu } from "../facts/gpus.js";
import type { Architecture } from "../facts/models/architecture.js";
import type { Precision } from "../facts/precisions.js";

export interface FitInput {
  model: Architecture;
  precision: Precision;
  gpu: Gpu;
  /** GPUs a replica, the tensor-parallel size. */
  gpus: number;
  /** Share of each GPU's memory that vLLM may use, 0 to 1 (`--gpu-memory-utilization`). */
  memoryUtilization: number;
  /** Prompt and completion tokens of one request (`--max-model-len`). */
  context: number;
  /** Requests run at once (`--max-num-seqs`). */
  sequences: number;
  /** Tokens of one engine step (`--max-num-batched-tokens`). */
  batchedTokens: number;
  /** Bytes of one element of the KV cache: 2, or 1 with an 8-bit `--kv-cache-dtype`. */
  kvElementBytes: number;
  /** A model that drafts tokens for this one and is loaded beside it, split over `gpus`. @default none */
  draft?: { model: Architecture; precision: Precision; gpus: number } | undefined;
  /** Version of vLLM. @default the newest that is known */
  version?: string | undefined;
  /** Neither CUDA graphs nor compilation (`--enforce-eager`). @default false */
  isEager?: boolean;
  /** Makes vectors or scores, no text (`--runner pooling`). @default false */
  isPooling?: boolean;
  /** Whole experts are spread over the GPUs (`--enable-expert-parallel`). @default false */
  isExpertParallel?: boolean;
  /** Copies of the attention layers (`--data-parallel-size`); `gpus` is a multiple of it. @default 1 */
  dataParallel?: number;
  /** Tokens of a block of the KV cache (`--block-size`). @default 16 */
  blockTokens?: number;
  /** Whether prompts' KV cache is kept (`--enable-prefix-caching`), which costs a model with states two of them. @default the version's */
  isPrefixCached?: boolean;
  /** Whether the next step is prepared while one runs (`--async-scheduling`). @default the version's */
  isAsync?: boolean;
  /** Whether windows keep all tokens (`--disable-hybrid-kv-cache-manager`). @default false */
  keepsWholeWindows?: boolean;
  /** Most items of a prompt (`--limit-mm-per-prompt`); 0 of all leaves the encoder out. @default not limited */
  items?: { images?: number; videos?: number };
  /** Adapters loaded at once, and their rank (`--max-loras`, `--max-lora-rank`). @default none */
  lora?: { adapters: number; rank: number };
  /** Tokens that are drafted for each step (`num_speculative_tokens`). @default 0 */
  draftTokens?: number;
}
