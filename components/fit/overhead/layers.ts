/** The widest moment of a layer in the trial run of `--max-num-batched-tokens` tokens. */
import { expertBytes, keepsExpertBuffers } from "./experts.js";
import { ELEMENT_BYTES, type OverheadQuestion } from "./question.js";

/** Tokens whose latent attention is unfolded at most (`determine_chunked_prefill_workspace_size`, mla_attention.py, 0.18.0 to 0.33.0). */
const MOST_UNFOLDED_TOKENS = 64 * 1024;

/** What lives from layer to layer, on one GPU: the residual stream. */
export function streamBytes({ model, batchedTokens }: OverheadQuestion): number {
  return batchedTokens * model.hiddenSize * ELEMENT_BYTES;
}

/** On one GPU, the residual stream and the layer's input included. Experts that keep their buffers count apart ({@link expertBytes}). */
export function layerBytes(question: OverheadQuestion): number {
  const { batchedTokens } = question;
  const elementsPerToken = Math.max(attentionElements(question), feedForwardElements(question));
  const passing = batchedTokens * elementsPerToken * ELEMENT_BYTES + unfoldedBytes(question);
  return 2 * streamBytes(question) + Math.max(passing, keepsExpertBuffers(question) ? 0 : expertBytes(question));
}

/** Queries, keys and values, and what attention makes of them. */
function attentionElements({ model, tensorParallel }: OverheadQuestion): number {
  const kvHeads = Math.max(1, model.kvHeads / tensorParallel);
  return ((2 * model.attentionHeads) / tensorParallel + 2 * kvHeads) * model.headSize;
}

/** Two inputs of a feed-forward layer, and what it makes of them. */
function feedForwardElements({ model, tensorParallel }: OverheadQuestion): number {
  return model.experts === undefined ? (3 * model.intermediateSize) / tensorParallel : 0;
}

/**
 * Keys and values of earlier tokens that latent attention unfolds for a prompt: the trial run takes eight prompts of full length
 * (`MLAAttention.forward_impl`).
 */
function unfoldedBytes({ model, context, sequences, blockTokens = 16, tensorParallel }: OverheadQuestion): number {
  if (!(model.attention ?? []).some(({ kind }) => kind === "latent")) return 0;
  const tokens = Math.min(Math.max(8 * context, 4 * sequences * blockTokens), MOST_UNFOLDED_TOKENS);
  return tokens * (model.attentionHeads / tensorParallel) * 2 * model.headSize * ELEMENT_BYTES;
}
