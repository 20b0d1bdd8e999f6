/**
 * Whether a model fits a GPU before it is launched, and how much KV cache is left: vLLM's own arithmetic, done on paper.
 *
 * vLLM 0.30 (`determine_available_memory`, vllm/v1/worker/gpu_worker.py) gives each GPU
 *
 *     KV cache = total × gpu-memory-utilization − weights − peak activations − CUDA graphs
 *
 * in blocks of 16 tokens, one of which it keeps for itself, and refuses to start when one request of `max-model-len` tokens does not fit into it. Weights
 * and KV bytes are exact; activations, graphs and libraries are estimates, whose error
 * test/fit/calibration.test.ts bounds against logs of real servers.
 */
import type { Gpu } from "../facts/gpus.js";
import type { Architecture } from "../facts/models/architecture.js";
import type { Precision } from "../facts/precisions.js";
import { weightBytes } from "./weights.js";

const GIB = 2 ** 30;

/** Tokens a KV-cache block; vLLM's default on CUDA (`--block-size`). */
const BLOCK_TOKENS = 16;

/**
 * What remains when weights, KV cache and peak activations are taken from the share that vLLM may use: libraries'
 * workspaces, CUDA graphs, a cold compilation. Servers' logs show 0.3 to 2.3 GiB, and differ by up to 1.2 GiB between two starts
 * of the same server. This value is above most of them, since too little memory is worse than too much: of 19 logs, 5 show less
 * KV memory than predicted, by 0.41 GiB at most (test/fit/calibration.test.ts).
 */
const RUNTIME_GIB = 1.7;
/** NCCL and all-reduce buffers of a GPU under tensor parallelism, from the same logs. */
const COLLECTIVES_GIB = 0.8;

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
  /** Whether prompts' KV cache is kept (`--enable-prefix-caching`), which costs a model with states two of them. @default true */
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

/** Memory is per GPU, in GiB. */
export interface Fit {
  /** Over all GPUs, a draft's included. */
  weightsGiB: number;
  weightsGiBPerGpu: number;
  /** Peak activations, CUDA graphs and libraries. */
  overheadGiBPerGpu: number;
  /** What is left for the KV cache; negative when not even the weights fit. */
  kvCacheGiBPerGpu: number;
  /** KV bytes of a token on one GPU, at full length. */
  kvBytesPerToken: number;
  /** Tokens that the KV cache holds. */
  kvCacheTokens: number;
  /** Requests of full length that fit at once. */
  fullLengthRequests: number;
  fits: boolean;
  /** The largest context of which one request would fit, at most the model's own or the one asked for; 0 if none. */
  largestContext: number;
}

/** KV heads held by one GPU: split until one is left, then copied (`get_num_kv_heads`, vllm/config/model.py). */
function kvHeadsPerGpu(model: Architecture, gpus: number): number {
  return Math.max(1, Math.floor(model.kvHeads / gpus));
}

/** KV bytes that one request of `context` tokens holds on one GPU. */
function kvBytesOfRequest(input: FitInput, context: number): number {
  const { draft } = input;
  // A draft has a KV cache of its own, for the same tokens.
  const ofDraft = draft === undefined ? 0 : kvBytesOfModel({ ...input, ...draft }, context);
  return kvBytesOfModel(input, context) + ofDraft;
}

function kvBytesOfModel(input: FitInput, context: number): number {
  const { model, gpus, kvElementBytes, batchedTokens } = input;
  const layerBytesPerToken = 2 * kvHeadsPerGpu(model, gpus) * model.headSize * kvElementBytes;
  const blocks = Math.ceil(context / BLOCK_TOKENS);
  const window = model.slidingWindow ?? { layers: 0, tokens: 0 };
  // A window layer keeps the window and the step being computed, plus the block that the window cuts
  // (SlidingWindowSpec, vllm/v1/kv_cache_interface.py).
  const windowBlocks = Math.min(blocks, Math.ceil((window.tokens - 1 + batchedTokens) / BLOCK_TOKENS) + 1);
  const layerBlocks = (model.layers - window.layers) * blocks + window.layers * windowBlocks;
  return layerBlocks * BLOCK_TOKENS * layerBytesPerToken;
}

function overheadBytes(input: FitInput): number {
  const { model, gpus, batchedTokens, sequences } = input;
  const heads = ((model.attentionHeads + 2 * kvHeadsPerGpu(model, gpus) * gpus) / gpus) * model.headSize;
  // The widest moment of a layer, in 16-bit elements a token: the residual stream and its copies, the projections, and
  // the feed-forward's two inputs and one output.
  const elementsPerToken = 4 * model.hiddenSize + Math.max(heads, (3 * model.intermediateSize) / gpus);
  const layer = batchedTokens * elementsPerToken * 2;
  // The sampler sorts a 32-bit copy of the logits: logits, sorted values and probabilities.
  const sampler = sequences * model.vocabularySize * 4 * 3;
  return Math.max(layer, sampler) + (RUNTIME_GIB + (gpus > 1 ? COLLECTIVES_GIB : 0)) * GIB;
}

/** Works out the fit of one replica. Never throws; the inputs are taken as valid. */
export function fit(input: FitInput): Fit {
  const { model, gpus, context, draft } = input;
  const ofDraft = draft === undefined ? 0 : weightBytes(draft.model, draft.precision);
  const weights = weightBytes(model, input.precision) + ofDraft;
  const weightsPerGpu = (weights - ofDraft) / gpus + (draft === undefined ? 0 : ofDraft / draft.gpus);
  const overhead = overheadBytes(input);
  const free = input.gpu.cudaGiB * GIB * input.memoryUtilization - weightsPerGpu - overhead;
  // The null block (`_check_enough_kv_cache_memory`, vllm/v1/core/kv_cache_utils.py).
  const kvCache = free - kvBytesOfRequest(input, BLOCK_TOKENS);
  const perRequest = kvBytesOfRequest(input, context);
  const fullLengthRequests = Math.max(0, kvCache / perRequest);
  return {
    weightsGiB: weights / GIB,
    weightsGiBPerGpu: weightsPerGpu / GIB,
    overheadGiBPerGpu: overhead / GIB,
    kvCacheGiBPerGpu: kvCache / GIB,
    kvBytesPerToken: perRequest / (Math.ceil(context / BLOCK_TOKENS) * BLOCK_TOKENS),
    kvCacheTokens: Math.floor((fullLengthRequests * context) / BLOCK_TOKENS) * BLOCK_TOKENS,
    fullLengthRequests,
    fits: fullLengthRequests >= 1,
    largestContext: largestContext(input, kvCache),
  };
}

/** Bisects, since with window layers the cost is not proportional to the context. */
function largestContext(input: FitInput, kvCacheBytes: number): number {
  let low = 0;
  let high = Math.floor(Math.max(input.model.maxContext, input.context) / BLOCK_TOKENS);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (kvBytesOfRequest(input, middle * BLOCK_TOKENS) <= kvCacheBytes) low = middle;
    else high = middle - 1;
  }
  return low * BLOCK_TOKENS;
}

/** Whether vLLM can split the model's attention over so many GPUs. */
export function dividesHeads(
  { attentionHeads, kvHeads }: Pick<Architecture, "attentionHeads" | "kvHeads">,
  gpus: number,
): boolean {
  return attentionHeads % gpus === 0 && (kvHeads % gpus === 0 || gpus % kvHeads === 0);
}
