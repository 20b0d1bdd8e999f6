/** InternViT, of InternVL: an image is cut into tiles of one size. Source: vllm/model_executor/models/intern_vit.py and internvl.py, vLLM 0.33.0. */
import type { Keys } from "../keys.js";
import { COLOURS, encoderOf, layerNorm, linear, readImageTrunk, type Tower, type ImageTrunk } from "./tower.js";

export function internVl(config: Keys, tower: Keys, textWidth: number, text: Keys): Tower {
  const trunk = readImageTrunk(tower);
  const tile = Math.floor(tower.count("image_size") / trunk.patch) ** 2;
  const patchesPerToken = Math.round(1 / config.factor("downsample_ratio", 0.5)) ** 2;
  const merged = trunk.hiddenSize * patchesPerToken;
  const projector = layerNorm(merged) + linear(merged, textWidth) + linear(textWidth, textWidth);
  const items = {
    imagePatches: mostTiles(config) * tile,
    // The trial run's video is as long as the context.
    videoPatches: text.count("max_position_embeddings", { max: 2 ** 30 }) * patchesPerToken,
    patchesPerToken,
  };
  return { parameters: internVit(tower, trunk, tile) + projector, encoder: encoderOf(trunk, items) };
}

function internVit(
  tower: Keys,
  { hiddenSize: width, intermediateSize, layers, patch }: ImageTrunk,
  tile: number,
): number {
  const norm = tower.text("norm_type") === "rms_norm" ? width : layerNorm(width);
  const attention =
    linear(width, 3 * width, tower.flag("qkv_bias", false)) +
    linear(width, width) +
    (tower.flag("qk_normalization", false) ? 2 * width : 0);
  const feedForward = linear(width, intermediateSize) + linear(intermediateSize, width);
  const scales = 2 * width;
  const embeddings = width + (tile + 1) * width + linear(COLOURS * patch ** 2, width);
  return embeddings + layers * (attention + feedForward + scales + 2 * norm);
}

/** Tiles of the largest image, and the whole of it where there are several. */
function mostTiles(config: Keys): number {
  if (!config.flag("dynamic_image_size", true)) return 1;
  const most = config.count("max_dynamic_patch", { default: 12, max: 1024 });
  return most === 1 || !config.flag("use_thumbnail", true) ? most : most + 1;
}
