/** Slots for adapters, which vLLM takes at its start. */
import { ELEMENT_BYTES, type OverheadQuestion } from "./question.js";

/**
 * Every slot holds two matrices of the greatest rank for each linear layer: one from the layer's input, one to its output. Tensor parallelism
 * splits the output of the first and the input of the last layer of attention and of feed-forward (vllm/lora/layers, 0.30.0 to 0.33.0).
 * Rows with adapters and `Model loading took` in one log: 0.17 GiB so, 0.18 real (Llama 3.1 8B, two slots of rank 16).
 */
export function loraBytes({ model, tensorParallel, gpus, isExpertParallel, lora }: OverheadQuestion): number {
  if (lora === undefined) return 0;
  const { hiddenSize, attentionHeads, kvHeads, headSize, intermediateSize, experts, vocabularySize } = model;
  const queries = (attentionHeads * headSize) / tensorParallel;
  const values = Math.max(1, kvHeads / tensorParallel) * headSize;
  const attention = 3 * hiddenSize + queries + 2 * values + queries + hiddenSize;
  const split = isExpertParallel ? 1 : gpus;
  const feedForward = 2 * hiddenSize + (3 * intermediateSize) / split + hiddenSize;
  const copies = experts === undefined ? 1 : experts.count / (isExpertParallel ? gpus : 1);
  const elements = model.layers * (attention + copies * feedForward) + 2 * (vocabularySize + hiddenSize);
  return lora.adapters * lora.rank * elements * ELEMENT_BYTES;
}
