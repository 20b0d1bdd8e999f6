/** MoonViT, of Kimi K2.5 and later. Source: vllm/model_executor/models/kimi_k25_vit.py, vLLM 0.33.0. */
import type { Keys } from "../keys.js";
import { clipLayer, COLOURS, encoderOf, layerNorm, linear, readImageTrunk, type Tower } from "./tower.js";

/** `in_patch_limit` of the models' preprocessor_config.json; a chunk of video has as many over its frames. */
const IMAGE_PATCHES = 16_384;

export function moonVit(_: Keys, tower: Keys, textWidth: number): Tower {
  const trunk = readImageTrunk(tower, {
    ...{ layers: "vt_num_hidden_layers", hiddenSize: "vt_hidden_size" },
    ...{ intermediateSize: "vt_intermediate_size", heads: "vt_num_attention_heads" },
  });
  const width = trunk.hiddenSize;
  const [height = NaN, breadth = NaN] = tower.counts("merge_kernel_size") ?? [2, 2];
  const patchesPerToken = height * breadth;
  const merged = width * patchesPerToken;
  const positions =
    tower.count("init_pos_emb_height", { default: 64 }) * tower.count("init_pos_emb_width", { default: 64 });
  const projector = layerNorm(width) + linear(merged, merged) + linear(merged, textWidth);
  return {
    parameters:
      linear(COLOURS * trunk.patch ** 2, width) +
      positions * width +
      trunk.layers * clipLayer(trunk) +
      layerNorm(width) +
      projector,
    encoder: encoderOf(trunk, { imagePatches: IMAGE_PATCHES, patchesPerToken }),
  };
}
