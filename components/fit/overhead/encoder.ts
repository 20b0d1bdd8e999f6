/** The trial run of a multimodal encoder, with the largest items that a step may hold. */
import type { Encoder } from "../../facts/models/architecture.js";
import { ELEMENT_BYTES, type OverheadQuestion } from "./question.js";

/** Memory of the items of one step, on one GPU. */
export interface EncoderMoment {
  /** While the encoder runs. */
  running: number;
  /** What it hands to the language model, which is kept while that runs. */
  output: number;
}

/**
 * The step's items are of the kind with most tokens, as many as `--max-num-batched-tokens` holds, and one at least
 * (`MultiModalBudget`, vllm/multimodal/encoder_budget.py, 0.23.0). Tensor parallelism does not split an encoder's stream.
 */
export function encoderMoment(question: OverheadQuestion): EncoderMoment {
  const { model, batchedTokens, sequences } = question;
  const { encoder } = model;
  const itemPatches = encoder === undefined ? 0 : largestItem(encoder, question);
  if (encoder === undefined || itemPatches === 0) return { running: 0, output: 0 };
  const itemTokens = Math.ceil(itemPatches / encoder.patchesPerToken);
  const items = Math.max(1, Math.min(Math.floor(batchedTokens / itemTokens), sequences));
  return {
    running: items * itemPatches * elementsPerPatch(encoder) * ELEMENT_BYTES,
    output: items * itemTokens * model.hiddenSize * ELEMENT_BYTES,
  };
}

/** Patches of the largest item that a prompt may hold: an image, or a video within the context. */
function largestItem(encoder: Encoder, { context, items = {} }: OverheadQuestion): number {
  const image = items.images === 0 ? 0 : encoder.imagePatches;
  const video = items.videos === 0 ? 0 : Math.min(encoder.videoPatches ?? 0, context * encoder.patchesPerToken);
  return Math.max(image, video);
}

/**
 * The stream and its copies, the pixels, and a gated feed-forward layer. Of Qwen2.5-VL-7B's log (0.23, a video of 458,752 patches): 14.5 GiB so
 * and real.
 */
function elementsPerPatch({ hiddenSize, intermediateSize }: Encoder): number {
  return 5 * hiddenSize + 3 * intermediateSize;
}
