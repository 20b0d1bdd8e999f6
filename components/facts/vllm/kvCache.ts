/**
 * How versions of vLLM differ in what they reserve for a request. Source: vllm/v1/kv_cache_interface.py, vllm/v1/core/kv_cache_utils.py,
 * vllm/config/{model,vllm,compilation}.py and vllm/platforms/interface.py of 0.10.2 to 0.33.0, read
 * 2026-11-26.
 */
import { type Change, rulesOf } from "./version.js";

export interface KvCacheRules {
  /** Whether every layer of a model that attends in chunks keeps every token. */
  keepsWholeChunks: boolean;
  /** Engine steps whose tokens a window keeps until they are settled, with asynchronous scheduling. */
  stepsInFlight: number;
  /** Whether a model with states keeps prompts' KV cache unless told otherwise. */
  cachesPromptsOfStates: boolean;
  /** Whether it refuses to start with more sequences than there are blocks, of which each needs one for its state. */
  boundsSequences: boolean;
  /** Least tokens of a block where latent attention shares the pool with states. */
  latentBlockTokens: number;
}

const OLDEST: KvCacheRules = {
  keepsWholeChunks: true,
  stepsInFlight: 1,
  cachesPromptsOfStates: false,
  boundsSequences: false,
  latentBlockTokens: 64,
};

/** What changed, oldest first. */
const CHANGES: readonly Change<KvCacheRules>[] = [
  // The default of `VLLM_ALLOW_CHUNKED_LOCAL_ATTN_WITH_HYBRID_KV_CACHE`, vllm/envs.py.
  { since: "0.14.0", rules: { keepsWholeChunks: false } },
  // `resolve_cudagraph_mode_and_sizes`: 0.18 and 0.19 capture fewer graphs instead.
  { since: "0.20.0", rules: { boundsSequences: true } },
  // `VllmConfig.max_in_flight_tokens`; `is_prefix_caching_supported`: "Generative hybrid models support prefix caching".
  { since: "0.26.0", rules: { stepsInFlight: 2, cachesPromptsOfStates: true } },
  // `_align_hybrid_block_size`: "For hybrid MLA/Mamba models, make the manager block size a multiple of 128".
  { since: "0.27.0", rules: { latentBlockTokens: 128 } },
];

/** @param version with or without a suffix; of one that is not known yet, what the newest known does */
export function kvCacheRules(version: string): KvCacheRules {
  return rulesOf(OLDEST, CHANGES, version);
}
