/**
 * Ends of architectures' names by which vLLM takes one for another: of `Qwen3ForSequenceClassification`, which it does not register, it
 * runs `Qwen3ForCausalLM`.
 *
 * Source: `_SUFFIX_TO_DEFAULTS` of vllm/config/model.py and `_normalize_arch` of vllm/model_executor/models/registry.py, the same in
 * 0.29.0 to 0.33.0, read 2026-11-26.
 */
export const ARCHITECTURE_SUFFIXES: readonly string[] = [
  ...["ForCausalLM", "ForConditionalGeneration", "ChatModel", "LMHeadModel", "ForTextEncoding", "EmbeddingModel"],
  ...["ForSequenceClassification", "ForTokenClassification", "ForAudioClassification", "ForImageClassification"],
  ...["ForVideoClassification", "ClassificationModel", "ForRewardModeling", "RewardModel", "Model"],
];
