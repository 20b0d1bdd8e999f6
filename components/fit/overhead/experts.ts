/** Buffers of a mixture of experts. */
import { ELEMENT_BYTES, type OverheadQuestion } from "./question.js";

/**
 * Two buffers, each of a row for every expert that a token passes, as wide as the wider of an expert's input and output
 * (`TritonExperts.workspace_shapes`, vllm/model_executor/layers/fused_moe, 0.11.2 to 0.33.0; other kernels take less, or up to 128 rows
 * more for each expert). With data parallelism they hold the tokens of all copies.
 */
export function expertBytes(question: OverheadQuestion): number {
  const { model, gpus, batchedTokens, dataParallel = 1, isExpertParallel = false } = question;
  if (model.experts === undefined) return 0;
  const inner = (2 * model.intermediateSize) / (isExpertParallel ? 1 : gpus);
  const outer = model.experts.width ?? model.hiddenSize;
  const rows = batchedTokens * dataParallel * model.experts.perToken;
  return rows * (Math.max(inner, outer) + Math.max(inner / 2, outer)) * ELEMENT_BYTES;
}

/** Whether the buffers are kept from their first use on: spread experts did so before all others. */
export function keepsExpertBuffers({ rules, isExpertParallel = false }: OverheadQuestion): boolean {
  return rules.keepsExpertBuffers || isExpertParallel;
}
