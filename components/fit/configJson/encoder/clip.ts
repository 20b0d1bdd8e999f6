/**
 * Towers of CLIP's and SigLIP's kind, whose images have one size: Gemma 3, and LLaVA, which cuts larger images into tiles.
 *
 * Source: vllm/model_executor/models/clip.py, siglip.py, gemma3_mm.py, llava.py, llava_next.py and llava_onevision.py, vLLM 0.33.0.
 */
import type { Keys } from "../keys.js";
import {
  clipLayer,
  COLOURS,
  encoderOf,
  layerNorm,
  linear,
  readImageTrunk,
  type Tower,
  type ImageTrunk,
} from "./tower.js";

/** Tiles of LLaVA-OneVision's largest image, and the whole of it (`image_grid_pinpoints` up to 6 × 6, of which the trial run takes 1153 × 944). */
const ONEVISION_TILES = 3 * 3 + 1;
/** Frames of LLaVA-OneVision's video in a trial run (`_MAX_FRAMES_PER_VIDEO`). */
const ONEVISION_FRAMES = 16;

export function gemma3(config: Keys, tower: Keys, textWidth: number): Tower {
  const trunk = readImageTrunk(tower);
  const tile = tilePatches(tower, trunk);
  const projector = trunk.hiddenSize * textWidth + trunk.hiddenSize;
  const tokens = config.count("mm_tokens_per_image", { default: 256 });
  return {
    parameters: siglip(trunk, tile, trunk.layers) + projector,
    encoder: encoderOf(trunk, { imagePatches: tile, patchesPerToken: tile / tokens }),
  };
}

export function llavaNext(config: Keys, tower: Keys, textWidth: number): Tower {
  const trunk = readImageTrunk(tower);
  const tile = tilePatches(tower, trunk);
  const tiles = mostTiles(config, tower.count("image_size")) + 1;
  return {
    parameters: clip(trunk, tile, loadedLayers(config, trunk)) + projector(trunk, textWidth) + textWidth,
    encoder: encoderOf(trunk, { imagePatches: tiles * tile, patchesPerToken: 1 }),
  };
}

export function llavaOneVision(config: Keys, tower: Keys, textWidth: number): Tower {
  const trunk = readImageTrunk(tower);
  const tile = tilePatches(tower, trunk);
  return {
    parameters: siglip(trunk, tile, loadedLayers(config, trunk)) + projector(trunk, textWidth) + textWidth,
    encoder: encoderOf(trunk, {
      ...{ imagePatches: ONEVISION_TILES * tile, videoPatches: ONEVISION_FRAMES * tile, patchesPerToken: 1 },
    }),
  };
}

/** LLaVA 1.5: one tile. */
export function llava(config: Keys, tower: Keys, textWidth: number): Tower {
  const trunk = readImageTrunk(tower);
  const tile = tilePatches(tower, trunk);
  const layers = loadedLayers(config, trunk);
  const isClip = tower.text("model_type") === "clip_vision_model";
  return {
    parameters: (isClip ? clip(trunk, tile, layers) : siglip(trunk, tile, layers)) + projector(trunk, textWidth),
    encoder: encoderOf(trunk, { imagePatches: tile, patchesPerToken: 1 }),
  };
}

/** Layers up to the one whose output is used; the others are not loaded (`init_vision_tower_for_llava`). */
function loadedLayers(config: Keys, { layers }: ImageTrunk): number {
  const layer = config.raw("vision_feature_layer") ?? -2;
  return typeof layer === "number" && layer < 0 && -layer <= layers ? layers + layer + 1 : layers;
}

function siglip(trunk: ImageTrunk, positions: number, layers: number): number {
  const { hiddenSize: width } = trunk;
  const norm = layers === trunk.layers ? layerNorm(width) : 0;
  return linear(COLOURS * trunk.patch ** 2, width) + positions * width + layers * clipLayer(trunk) + norm;
}

/** A token of its own for the whole image, and a norm before the layers; the one after them belongs to the last. */
function clip(trunk: ImageTrunk, positions: number, layers: number): number {
  const { hiddenSize: width } = trunk;
  const norms = layerNorm(width) + (layers === trunk.layers ? layerNorm(width) : 0);
  const embeddings = width + COLOURS * trunk.patch ** 2 * width + (positions + 1) * width;
  return embeddings + layers * clipLayer(trunk) + norms;
}

function projector({ hiddenSize }: ImageTrunk, textWidth: number): number {
  return linear(hiddenSize, textWidth) + linear(textWidth, textWidth);
}

function tilePatches(tower: Keys, { patch }: ImageTrunk): number {
  return Math.floor(tower.count("image_size") / patch) ** 2;
}

/** Tiles of the largest size on the file's list of sizes, each a height and a width. */
function mostTiles(config: Keys, tile: number): number {
  const sizes = config.raw("image_grid_pinpoints");
  const areas = (Array.isArray(sizes) ? sizes : []).map((size: unknown) =>
    Array.isArray(size) && size.length === 2 && size.every((side) => typeof side === "number" && side > 0)
      ? (size[0] as number) * (size[1] as number)
      : NaN,
  );
  if (areas.length > 0 && areas.every((area) => area > 0)) return Math.ceil(Math.max(...areas) / tile ** 2);
  config.fail("image_grid_pinpoints", "is no list of sizes: give a height and a width for each");
  return NaN;
}
