/** Flags of `vllm serve` that no other common server of models has, so that they tell vLLM behind any name. */

/**
 * SGLang, text-generation-inference, LMDeploy, TensorRT-LLM and llama.cpp name the same things otherwise: `--context-length`,
 * `--max-total-tokens`, `--session-len`, `--max_seq_len`, `--ctx-size`.
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
  "distributed-executor-backend",
]);
