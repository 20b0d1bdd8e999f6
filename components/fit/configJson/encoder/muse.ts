/** Muse Glimmer's tower. Source: vllm/model_executor/models/muse_glimmer.py, vLLM 0.33.0. */
import type { Keys } from "../keys.js";
import { clipLayer, COLOURS, encoderOf, layerNorm, readImageTrunk, type Tower } from "./tower.js";

/** `max_image_tokens` of the processor (transformers 5.19.0, image_processing_muse_glimmer.py). */
const IMAGE_TOKENS = 4096;

export function muse(config: Keys, tower: Keys, textWidth: number): Tower {
  const trunk = readImageTrunk(tower);
  const width = trunk.hiddenSize;
  const positions = tower.count("pos_emb_height") * tower.count("pos_emb_width");
  const pixels = COLOURS * tower.count("patch_temporal", { max: 64 }) * trunk.patch ** 2;
  const middle = config.count("projector_hidden_size");
  const patchesPerToken = tower.count("merge_size", { max: 16 }) ** 2;
  const projector = config.count("out_hidden_size") * middle + middle * middle + middle * textWidth;
  return {
    parameters: (pixels + positions) * width + 2 * layerNorm(width) + trunk.layers * clipLayer(trunk) + projector,
    encoder: encoderOf(trunk, { imagePatches: IMAGE_TOKENS * patchesPerToken, patchesPerToken }),
  };
}
