/** Voxtral's tower for sound, of Whisper's kind. Source: transformers 5.19.0, models/voxtral/modeling_voxtral.py (2026-11-26). */
import type { Keys } from "../keys.js";
import { clipLayer, layerNorm, linear, readTrunk, type Tower } from "./tower.js";

/** Places that a convolution looks at. */
const KERNEL = 3;

export function voxtral(_: Keys, tower: Keys, textWidth: number): Tower {
  const trunk = readTrunk(tower);
  const { hiddenSize: width, intermediateSize, layers } = trunk;
  const convolutions =
    linear(KERNEL * tower.count("num_mel_bins", { default: 128 }), width) + linear(KERNEL * width, width);
  const positions = tower.count("max_source_positions", { default: 1500 }) * width;
  // Keys have no bias.
  const perLayer = clipLayer(trunk) - width;
  const projector = intermediateSize * textWidth + textWidth * textWidth;
  return { parameters: convolutions + positions + layers * perLayer + layerNorm(width) + projector };
}
