/**
 * How versions of vLLM differ in what they take off the KV cache beside the weights. Read 2026-11-26 in the sources of 0.8.5 to 0.33.0:
 * `determine_available_memory` (vllm/v1/worker/gpu_worker.py), `memory_profiling` (vllm/utils/mem_utils.py), `profile_run` and
 * `_dummy_sampler_run` of both model runners (vllm/v1/worker/gpu_model_runner.py and vllm/v1/worker/gpu/model_runner.py).
 */
import { type Change, rulesOf } from "./version.js";

/** A logit is a sequence's score of one token of the vocabulary: a sampler has `sequences × vocabulary` of them. */
export interface OverheadRules {
  /** Bytes a logit at the sampler's widest moment, in the first model runner. */
  samplerBytes: number;
  /** The same in the second one (`vllm/v1/worker/gpu`). */
  secondSamplerBytes: number;
  /** Which models the second model runner serves. "dense": without experts or states. */
  secondRunner: "none" | "dense" | "all";
  /** Whether the memory that a server holds once it is loaded counts, and not only what PyTorch took for weights and for the trial run. */
  countsAllHeld: boolean;
  /** Whether buffers of experts are kept from their first use on. */
  keepsExpertBuffers: boolean;
  /** Whether CUDA graphs are tried and count. */
  countsGraphs: boolean;
  /** Whether graphs are tried while memory is measured, so that what collectives keep for them counts twice. */
  triesGraphsMeasured: boolean;
  /** Tokens of the largest graph on compute capability 10.x; 512 elsewhere. */
  blackwellGraphTokens: number;
}

const OLDEST: OverheadRules = {
  // Sorting the logits takes most of it. From logs of 0.10 to 0.16 with 1024 sequences: 37.6 to 39.
  samplerBytes: 38,
  secondSamplerBytes: 0,
  secondRunner: "none",
  countsAllHeld: false,
  keepsExpertBuffers: false,
  countsGraphs: false,
  triesGraphsMeasured: false,
  blackwellGraphTokens: 512,
};

/** What changed, oldest first. */
const CHANGES: readonly Change<OverheadRules>[] = [
  // vllm/v1/worker/workspace.py.
  { since: "0.13.0", rules: { keepsExpertBuffers: true } },
  // No sort any more (`apply_top_k_top_p_triton`): 2 as the model made them, 4 in 32 bits, 4 of probabilities, 4 of noise.
  { since: "0.17.0", rules: { samplerBytes: 14 } },
  // `profile_cudagraph_memory` within `memory_profiling`; its result is only printed.
  { since: "0.18.0", rules: { triesGraphsMeasured: true } },
  // VLLM_MEMORY_PROFILER_ESTIMATE_CUDAGRAPHS is on by default.
  { since: "0.20.0", rules: { countsGraphs: true } },
  // `_is_default_v2_model_runner_model`. 0.22 to 0.24 did so for some model families, which a shape does not tell: they count as the first.
  { since: "0.25.0", rules: { secondRunner: "dense", secondSamplerBytes: 2 } },
  // `MemoryProfilingResult.total_consumed`; graphs are tried after it is read.
  { since: "0.27.0", rules: { countsAllHeld: true, triesGraphsMeasured: false } },
  // `is_data_center_blackwell` (vllm/config/vllm.py).
  { since: "0.28.0", rules: { blackwellGraphTokens: 1024 } },
  { since: "0.29.0", rules: { secondRunner: "all" } },
  // A second pass with all parameters set (`for_sampler_warmup`): beside the logits a copy in 32 bits, and its log-probabilities.
  { since: "0.33.0", rules: { secondSamplerBytes: 10 } },
];

/** @param version with or without a suffix; of one that is not known yet, what the newest known does */
export function overheadRules(version: string): OverheadRules {
  return rulesOf(OLDEST, CHANGES, version);
}

/**
 * Bytes a logit that the second model runner holds for penalties: a 32-bit count, and a bit (`PenaltiesState`,
 * vllm/v1/worker/gpu/sample/penalties.py, 0.25.0 to 0.33.0).
 */
export const PENALTY_BYTES = 4 + 1 / 8;

/** Tokens of the graphs that are captured: 1, 2, 4, then steps of 8 to 256, then of 16 (vllm/config/vllm.py, 0.11.0 to 0.33.0). */
export function graphTokens(largest: number): number[] {
  const steps = (from: number, to: number, by: number): number[] =>
    Array.from({ length: Math.max(0, Math.ceil((to - from) / by)) }, (_, index) => from + index * by);
  return [1, 2, 4, ...steps(8, 256, 8), ...steps(256, largest + 1, 16)].filter((tokens) => tokens <= largest);
}
