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
 * The step's items are of the kind with most tokens, as many as `--max-num-batched-tokens` and the prompts of all sequences hold, and one at
 * least (`MultiModalBudget`, vllm/multimodal/encoder_budget.py, 0.23.0 to 0.33.0). Tensor parallelism does not split an encoder's stream.
 */
export function encoderMoment(question: OverheadQuestion): EncoderMoment {
  const { model, batchedTokens } = question;
  const { encoder } = model;
  const item = encoder === undefined ? undefined : largestItem(encoder, question);
  if (encoder === undefined || item === undefined || item.patches === 0) return { running: 0, output: 0 };
  const itemTokens = Math.ceil(item.patches / encoder.patchesPerToken);
  const items = Math.max(1, Math.min(Math.floor(batchedTokens / itemTokens), mostItems(itemTokens, item, question)));
  return {
    running: items * item.patches * elementsPerPatch(encoder) * ELEMENT_BYTES,
    output: items * itemTokens * model.hiddenSize * ELEMENT_BYTES,
  };
}

interface Item {
  patches: number;
  /** Most of them in a prompt. */
  limit: number;
}

/** The largest item that a prompt may hold: an image, or a video within the context. */
function largestItem(encoder: Encoder, { context, items = {} }: OverheadQuestion): Item {
  const { images = Infinity, videos = Infinity } = items;
  const image = { patches: images === 0 ? 0 : encoder.imagePatches, limit: images };
  const longest = Math.min(encoder.videoPatches ?? 0, context * encoder.patchesPerToken);
  const video = { patches: videos === 0 ? 0 : longest, limit: videos };
  return video.patches >= image.patches ? video : image;
}

/** In the prompts of all sequences. */
function mostItems(itemTokens: number, { limit }: Item, { context, sequences }: OverheadQuestion): number {
  return sequences * Math.max(1, Math.min(limit, Math.floor(context / itemTokens)));
}

/**
 * The stream and its copies, the pixels, and a gated feed-forward layer. Of Qwen2.5-VL-7B's log (0.23, a video of 458,752 patches): 14.5 GiB so
 * and real.
 */
function elementsPerPatch({ hiddenSize, intermediateSize }: Encoder): number {
  return 5 * hiddenSize + 3 * intermediateSize;
}
