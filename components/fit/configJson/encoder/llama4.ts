/** Llama 4's tower: an image is cut into tiles. Source: vllm/model_executor/models/mllama4.py, vLLM 0.33.0. */
import type { Keys } from "../keys.js";
import { clipLayer, COLOURS, encoderOf, layerNorm, readImageTrunk, type Tower } from "./tower.js";

/** `max_patches` of the models' preprocessor_config.json, and the whole image. */
const TILES = 16 + 1;

export function llama4(_: Keys, tower: Keys, textWidth: number): Tower {
  const trunk = readImageTrunk(tower);
  const { hiddenSize: width, intermediateSize, layers, patch } = trunk;
  const tile = Math.floor(tower.count("image_size") / patch) ** 2;
  const patchesPerToken = Math.round(1 / tower.factor("pixel_shuffle_ratio", 0.5) ** 2);
  const adapter =
    intermediateSize * tower.count("projector_input_dim") +
    tower.count("projector_input_dim") * tower.count("projector_output_dim");
  const embeddings = width + (tile + 1) * width + COLOURS * patch ** 2 * width + 2 * layerNorm(width);
  const projector = tower.count("vision_output_dim") * textWidth;
  return {
    parameters: embeddings + layers * clipLayer(trunk) + adapter + projector,
    encoder: encoderOf(trunk, { imagePatches: TILES * tile, patchesPerToken }),
  };
}
