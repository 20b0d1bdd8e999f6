/** Pixtral's tower, of Mistral's vision models. Source: vllm/model_executor/models/pixtral.py, mistral3.py and llava.py, vLLM 0.33.0. */
import type { Keys } from "../keys.js";
import { COLOURS, encoderOf, gatedLayer, linear, readImageTrunk, type Tower, type ImageTrunk } from "./tower.js";

/** Mistral Small 3.1 and later, Ministral 3: patches are merged. */
export function mistral3(config: Keys, tower: Keys, textWidth: number): Tower {
  const trunk = readImageTrunk(tower);
  const width = trunk.hiddenSize;
  const merged = config.count("spatial_merge_size", { default: 2, max: 16 }) ** 2;
  const hasBias = config.flag("multimodal_projector_bias", false);
  const projector = width + merged * width * width + connector(width, textWidth, hasBias);
  return {
    parameters: pixtral(trunk) + projector,
    encoder: encoderOf(trunk, { imagePatches: imagePatches(tower, trunk), patchesPerToken: merged }),
  };
}

/** Pixtral 12B in the form of LLaVA. */
export function pixtralLlava(config: Keys, tower: Keys, textWidth: number): Tower {
  const trunk = readImageTrunk(tower);
  const hasBias = config.flag("multimodal_projector_bias", true);
  return {
    parameters: pixtral(trunk) + connector(trunk.hiddenSize, textWidth, hasBias),
    encoder: encoderOf(trunk, { imagePatches: imagePatches(tower, trunk), patchesPerToken: 1 }),
  };
}

function pixtral(trunk: ImageTrunk): number {
  const { hiddenSize: width, patch, layers } = trunk;
  return COLOURS * patch ** 2 * width + width + layers * (gatedLayer(trunk) + 2 * width);
}

function connector(width: number, textWidth: number, hasBias: boolean): number {
  return linear(width, textWidth, hasBias) + linear(textWidth, textWidth, hasBias);
}

function imagePatches(tower: Keys, { patch }: ImageTrunk): number {
  return Math.floor(tower.count("image_size") / patch) ** 2;
}
