/**
 * Towers of Qwen's vision models.
 *
 * Source of parameters: vllm/model_executor/models/qwen2_vl.py, qwen2_5_vl.py and qwen3_vl.py, vLLM 0.33.0. Of the largest items:
 * `get_image_size_with_most_features` and `get_max_video_tokens` there, with the pixels of the models' preprocessor_config.json and
 * video_preprocessor_config.json, which a config.json does not have.
 */
import type { Keys } from "../keys.js";
import {
  COLOURS,
  encoderOf,
  gatedLayer,
  layerNorm,
  linear,
  readImageTrunk,
  type Tower,
  type ImageTrunk,
} from "./tower.js";

/** Frames that one patch spans. */
const FRAMES = 2;

/** `max_pixels` of Qwen2-VL's and Qwen2.5-VL's images. */
const QWEN2_PIXELS = 12_845_056;
/** Frames of a video in a trial run (`_MAX_FRAMES_PER_VIDEO`), each of which may be as large as an image. */
const QWEN2_VIDEO_FRAMES = 14;
/** `size.longest_edge` of Qwen3-VL's images, and of its videos over all frames. */
const QWEN3_PIXELS = 16_777_216;
const QWEN3_VIDEO_PIXELS = 25_165_824;

export function qwen2(_: Keys, tower: Keys): Tower {
  const width = tower.count("embed_dim");
  const ratio = tower.factor("mlp_ratio", 4);
  const trunk: ImageTrunk = {
    ...{ layers: tower.count("depth"), hiddenSize: width, intermediateSize: width * ratio },
    ...{ heads: tower.count("num_heads"), patch: tower.count("patch_size") },
  };
  const parameters =
    patches(trunk) + trunk.layers * layer(trunk) + layerNorm(width) + merger(tower, width, tower.count("hidden_size"));
  return { parameters, encoder: ofQwen2(trunk, tower) };
}

export function qwen25(_: Keys, tower: Keys): Tower {
  const trunk = readQwenTrunk(tower);
  const { hiddenSize: width, intermediateSize } = trunk;
  const biases = 4 * width + 2 * intermediateSize + width;
  const norms = 2 * width;
  const parameters =
    patches(trunk) +
    trunk.layers * (gatedLayer(trunk) + biases + norms) +
    width +
    merger(tower, width, tower.count("out_hidden_size"));
  return { parameters, encoder: ofQwen2(trunk, tower) };
}

/** Qwen3-VL, and Qwen3.5 and later, which have no mergers of middle layers. */
export function qwen3(_: Keys, tower: Keys): Tower {
  const trunk = readQwenTrunk(tower);
  const width = trunk.hiddenSize;
  const out = tower.count("out_hidden_size");
  const positions = tower.count("num_position_embeddings") * width;
  const middle = tower.counts("deepstack_visual_indexes")?.length ?? 0;
  const merged = width * perToken(tower);
  const parameters =
    patches(trunk) +
    width +
    positions +
    trunk.layers * layer(trunk) +
    (layerNorm(width) + merger(tower, width, out)) +
    middle * (layerNorm(merged) + merger(tower, width, out));
  const items = {
    imagePatches: Math.floor(QWEN3_PIXELS / trunk.patch ** 2),
    videoPatches: Math.floor(QWEN3_VIDEO_PIXELS / FRAMES / trunk.patch ** 2),
  };
  return { parameters, encoder: encoderOf(trunk, { ...items, patchesPerToken: perToken(tower) }) };
}

function readQwenTrunk(tower: Keys): ImageTrunk {
  return readImageTrunk(tower, { layers: "depth", heads: "num_heads" });
}

/** A convolution over a patch of two frames. */
function patches({ patch, hiddenSize }: ImageTrunk): number {
  return COLOURS * FRAMES * patch ** 2 * hiddenSize;
}

function layer({ hiddenSize, intermediateSize }: ImageTrunk): number {
  const attention = linear(hiddenSize, 3 * hiddenSize) + linear(hiddenSize, hiddenSize);
  const feedForward = linear(hiddenSize, intermediateSize) + linear(intermediateSize, hiddenSize);
  return attention + feedForward + 2 * layerNorm(hiddenSize);
}

/** Makes one token of several patches; its norm apart. */
function merger(tower: Keys, width: number, out: number): number {
  const merged = width * perToken(tower);
  return linear(merged, merged) + linear(merged, out);
}

function perToken(tower: Keys): number {
  return tower.count("spatial_merge_size", { max: 16 }) ** 2;
}

function ofQwen2(trunk: ImageTrunk, tower: Keys) {
  const imagePatches = Math.floor(QWEN2_PIXELS / trunk.patch ** 2);
  const videoPatches = (QWEN2_VIDEO_FRAMES / FRAMES) * imagePatches;
  return encoderOf(trunk, { imagePatches, videoPatches, patchesPerToken: perToken(tower) });
}
