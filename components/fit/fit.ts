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
import type { Architecture, LayerGroup } from "../facts/models/architecture.js";
import { kvCacheRules, type KvCacheRules } from "../facts/vllm/kvCache.js";
import { NEWEST_VERSION } from "../facts/vllm/versions.js";
import type { FitInput } from "./input.js";
import { hasStates, layerGroups } from "./kvCache/layers.js";
import { type KvCacheLayout, kvCacheLayout } from "./kvCache/layout.js";
import { overheadBytes } from "./overhead/overhead.js";
import { type Split, weightBytes, weightBytesPerGpu } from "./weights.js";

export type { FitInput } from "./input.js";

const GIB = 2 ** 30;

/** Tokens a KV-cache block; vLLM's default on CUDA (`--block-size`). */
const BLOCK_TOKENS = 16;

/** Memory is per GPU, in GiB. */
export interface Fit {
  /** Over all GPUs, a draft's included. */
  weightsGiB: number;
  weightsGiBPerGpu: number;
  /** Peak activations, CUDA graphs, libraries and what else `overhead/` names. */
  overheadGiBPerGpu: number;
  /** What is left for the KV cache; negative when not even the weights fit. */
  kvCacheGiBPerGpu: number;
  /** KV bytes of a token on one GPU, states and windows included, at full length. */
  kvBytesPerToken: number;
  /** Tokens that the KV cache holds. */
  kvCacheTokens: number;
  /** Requests of full length that fit at once. */
  fullLengthRequests: number;
  fits: boolean;
  /** The largest context of which one request would fit, at most the model's own or the one asked for; 0 if none. */
  largestContext: number;
  /** Sequences that vLLM takes at most, one for each block, where more are asked for: a model with states. */
  mostSequences?: number;
}

/** Works out the fit of one replica. Never throws; the inputs are taken as valid. */
export function fit(input: FitInput): Fit {
  const { model, context, draft, sequences } = input;
  const split = splitOf(input);
  const weights = weightBytes(model, input.precision) + (draft ? weightBytes(draft.model, draft.precision) : 0);
  const ofDraft = draft
    ? weightBytesPerGpu(draft.model, draft.precision, { tensorParallel: draft.gpus, dataParallel: 1 })
    : 0;
  const weightsPerGpu = weightBytesPerGpu(model, input.precision, split) + ofDraft;
  const allowed = input.gpu.cudaGiB * GIB * input.memoryUtilization - weightsPerGpu;
  const overhead = overheadBytes(input);
  const free = allowed - overhead;
  const rules = kvCacheRules(input.version ?? NEWEST_VERSION.version);
  const layout = layoutOf(input, rules);
  const pool = poolOf(input, { bytes: free, layout, rules });
  const fullLengthRequests = Math.max(0, pool.requestsOf(context));
  // Trial runs grow with the context, too.
  const most = largestContext(input, (other) =>
    poolOf(input, { bytes: allowed - overheadBytes({ ...input, context: other }), layout, rules }).holds(other),
  );
  return {
    weightsGiB: weights / GIB,
    weightsGiBPerGpu: weightsPerGpu / GIB,
    overheadGiBPerGpu: overhead / GIB,
    kvCacheGiBPerGpu: free / GIB,
    kvBytesPerToken: pool.bytesOf(context) / (Math.ceil(context / BLOCK_TOKENS) * BLOCK_TOKENS),
    kvCacheTokens: Math.floor(fullLengthRequests * context),
    fullLengthRequests,
    fits: pool.holds(context) && sequences <= pool.mostSequences,
    largestContext: most,
    ...(sequences > pool.mostSequences && { mostSequences: pool.mostSequences }),
  };
}

/** The blocks of one GPU, as requests take them. */
interface Pool {
  requestsOf: (context: number) => number;
  bytesOf: (context: number) => number;
  /** Whether a request fits, beside the block that vLLM keeps for itself. */
  holds: (context: number) => boolean;
  /** Sequences that vLLM does not refuse at its start. */
  mostSequences: number;
}

function poolOf(
  input: FitInput,
  { bytes, layout, rules }: { bytes: number; layout: KvCacheLayout; rules: KvCacheRules },
): Pool {
  const { bytesPerBlock, blocksOfRequest } = layout;
  if (bytesPerBlock === 0) {
    // A model that keeps nothing of a request runs as many as it may.
    const requests = bytes >= 0 ? input.sequences : 0;
    return { requestsOf: () => requests, bytesOf: () => 0, holds: () => requests > 0, mostSequences: Infinity };
  }
  const blocks = Math.floor(bytes / bytesPerBlock);
  const isBound = rules.boundsSequences && !input.isEager && hasStates(input.model);
  return {
    requestsOf: (context) => blocks / blocksOfRequest(context),
    bytesOf: (context) => blocksOfRequest(context) * bytesPerBlock,
    holds: (context) => blocks - 1 >= blocksOfRequest(context),
    mostSequences: isBound ? Math.max(0, blocks) : Infinity,
  };
}

function layoutOf(input: FitInput, rules: KvCacheRules): KvCacheLayout {
  const { model, draft, draftTokens = 0, isPooling = false } = input;
  const steps = (input.isAsync ?? !isPooling) ? rules.stepsInFlight : 1;
  const groups = layerGroups(model);
  const keepsPrompts = input.isPrefixCached ?? rules.cachesPromptsOfStates;
  return kvCacheLayout(
    { groups, gpus: splitOf(input).tensorParallel },
    draft && { groups: layerGroups(draft.model), gpus: draft.gpus },
    {
      elementBytes: input.kvElementBytes,
      blockTokens: input.blockTokens ?? BLOCK_TOKENS,
      keepsWhole: input.keepsWholeWindows === true || (rules.keepsWholeChunks && groups.some(isChunked)),
      tokensInFlight: steps * input.batchedTokens,
      // One state is written while the one at the last kept block stays (`MambaSpec.max_memory_usage_bytes`).
      statesPerSequence: (keepsPrompts ? 2 : 1) + draftTokens,
    },
    rules,
  );
}

const isChunked = ({ kind }: LayerGroup): boolean => kind === "chunked";

function splitOf({ gpus, dataParallel = 1, items = {} }: FitInput): Split {
  return {
    tensorParallel: gpus / dataParallel,
    dataParallel,
    // `_mark_tower_model` of vllm/model_executor/models/interfaces.py, 0.18.0 to 0.33.0.
    isWithoutEncoder: items.images === 0 && items.videos === 0,
  };
}

/** Bisects, since with windows and states the cost is not proportional to the context. */
function largestContext(input: FitInput, holds: (context: number) => boolean): number {
  const most = Math.max(input.model.maxContext, input.context);
  if (holds(most)) return most;
  // A context within a block may fit where a whole block does not: trial runs grow with it.
  const asked = holds(input.context) ? input.context : 0;
  if (!holds(BLOCK_TOKENS)) return asked;
  let low = 0;
  let high = Math.floor(most / BLOCK_TOKENS);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle * BLOCK_TOKENS)) low = middle;
    else high = middle - 1;
  }
  return Math.max(asked, low * BLOCK_TOKENS);
}

/** Whether vLLM can split a model's attention over so many GPUs. */
export function dividesHeads(model: Heads, gpus: number): boolean {
  return (
    model.attentionHeads % gpus === 0 && kvHeadsOf(model).every((heads) => heads % gpus === 0 || gpus % heads === 0)
  );
}

/** What decides how attention is split. */
export type Heads = Pick<Architecture, "attentionHeads" | "kvHeads" | "attention">;

/** Numbers of KV heads in a model's layers. */
export function kvHeadsOf({ kvHeads, attention }: Omit<Heads, "attentionHeads">): number[] {
  if (attention === undefined) return [kvHeads];
  return [...new Set(attention.flatMap((layers) => ("kvHeads" in layers ? layers.kvHeads : [])))];
}
