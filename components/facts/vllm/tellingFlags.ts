/** Flags of `vllm serve` that no other common server of models has, so that they tell vLLM behind any name. */

/**
 * SGLang, text-generation-inference, LMDeploy, TensorRT-LLM and llama.cpp name the same things otherwise: `--context-length`,
 * `--max-total-tokens`, `--session-len`, `--max_seq_len`, `--ctx-size`. LMDeploy has `--distributed-executor-backend`, too, so it is none.
 *
 * Searched for each of them, 2026-11-26: the package sglang 0.5.23 (sglang/srt, sglang/cli); huggingface/text-generation-inference
 * db931fc, launcher; InternLM/lmdeploy 1263d5c; NVIDIA/TensorRT-LLM 00209af, tensorrt_llm/commands/serve.py (its command `serve`).
 * llama.cpp's are from the project's documentation, not read here.
 */
export const TELLING_FLAGS: ReadonlySet<string> = new Set([
  "max-model-len",
  "gpu-memory-utilization",
  "max-num-seqs",
  "max-num-batched-tokens",
  "max-num-queued-reqs",
  "enable-auto-tool-choice",
  "kv-transfer-config",
  "limit-mm-per-prompt",
]);
