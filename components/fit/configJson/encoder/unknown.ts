/** A tower of a family that is not known here, from the keys that most have. */
import { quote } from "../../../config/problems.js";
import type { Keys } from "../keys.js";
import { clipLayer, COLOURS, encoderOf, layerNorm, linear, type Tower, type ImageTrunk } from "./tower.js";

/** Patches of an image of 1792 × 1792 pixels in patches of 14: above what most models of today allow. */
const IMAGE_PATCHES = 16_384;
/** Patches that become a token, in the families that merge them. */
const MERGED = 4;

/** Layers of CLIP's kind, and a connector of two matrices; `undefined` where the file does not say enough. */
export function unknownTower(config: Keys, tower: Keys, textWidth: number): Tower | undefined {
  const trunk: ImageTrunk = {
    layers: numberOf(tower, "num_hidden_layers", "depth", "layers"),
    hiddenSize: numberOf(tower, "hidden_size", "embed_dim", "width"),
    intermediateSize: numberOf(tower, "intermediate_size") || 4 * numberOf(tower, "hidden_size", "embed_dim", "width"),
    heads: numberOf(tower, "num_attention_heads", "num_heads", "heads"),
    patch: numberOf(tower, "patch_size") || 14,
  };
  const { layers, hiddenSize: width, heads, patch } = trunk;
  const family = quote(config.text("model_type") ?? tower.text("model_type") ?? "unnamed");
  if (layers === 0 || width === 0 || heads === 0) {
    config.note(`${tower.path} was not read: the tower of ${family} is not known, and is counted as nothing`);
    return undefined;
  }
  config.note(
    `${tower.path}: the tower of ${family} is not known; its weights and largest image are estimated from the keys that most have`,
  );
  const connector = linear(MERGED * width, textWidth) + linear(textWidth, textWidth);
  return {
    parameters: linear(COLOURS * patch ** 2, width) + layers * clipLayer(trunk) + layerNorm(width) + connector,
    encoder: encoderOf(trunk, { imagePatches: IMAGE_PATCHES, patchesPerToken: MERGED }),
  };
}

/** The first of some keys that has a whole number above 0; 0 where none has. */
function numberOf(tower: Keys, ...names: readonly string[]): number {
  const values = names.map((name) => tower.raw(name));
  return values.find((value): value is number => Number.isInteger(value) && (value as number) > 0) ?? 0;
}
