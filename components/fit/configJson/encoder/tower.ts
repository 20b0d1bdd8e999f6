/** What an encoder is made of, and its layers' parameters. */
import type { Encoder } from "../../../facts/models/architecture.js";
import type { Keys } from "../keys.js";

/** A tower for images, video or sound. */
export interface Tower {
  /** What joins it to the language model included. */
  parameters: number;
  /** What its trial run costs; left out for sound alone, whose items are small. */
  encoder?: Encoder;
}

/** @param tower the tower's section of the file; @param textWidth hidden size of the language model */
export type TowerReader = (config: Keys, tower: Keys, textWidth: number, text: Keys) => Tower;

/** Widest tower and most layers that are believed. */
const WIDEST = { max: 2 ** 16 };
const MOST_LAYERS = { max: 1000 };

/** What towers of transformer layers have in common. */
export interface Trunk {
  layers: number;
  hiddenSize: number;
  intermediateSize: number;
  heads: number;
}

export interface ImageTrunk extends Trunk {
  /** Side of a patch, in pixels. */
  patch: number;
}

/** The keys that most towers have; families that name them otherwise say how. */
export function readTrunk(tower: Keys, names: Partial<Record<keyof Trunk, string>> = {}): Trunk {
  return {
    layers: tower.count(names.layers ?? "num_hidden_layers", MOST_LAYERS),
    hiddenSize: tower.count(names.hiddenSize ?? "hidden_size", WIDEST),
    intermediateSize: tower.count(names.intermediateSize ?? "intermediate_size", WIDEST),
    heads: tower.count(names.heads ?? "num_attention_heads", WIDEST),
  };
}

/** {@link readTrunk}, with the patches of a tower for images. */
export function readImageTrunk(tower: Keys, names?: Partial<Record<keyof Trunk, string>>): ImageTrunk {
  return { ...readTrunk(tower, names), patch: tower.count("patch_size", { max: 512 }) };
}

/** A matrix, with a bias unless it has none. */
export function linear(inputs: number, outputs: number, hasBias = true): number {
  return inputs * outputs + (hasBias ? outputs : 0);
}

/** A norm with weight and bias. */
export function layerNorm(width: number): number {
  return 2 * width;
}

/** A layer of CLIP's kind: four projections of attention, two of the feed-forward, all with biases, and two norms. */
export function clipLayer({ hiddenSize, intermediateSize }: Trunk): number {
  return (
    4 * linear(hiddenSize, hiddenSize) +
    linear(hiddenSize, intermediateSize) +
    linear(intermediateSize, hiddenSize) +
    2 * layerNorm(hiddenSize)
  );
}

/** Four projections of attention and a gated feed-forward, without biases; norms apart. */
export function gatedLayer({ hiddenSize, intermediateSize }: Trunk): number {
  return 4 * hiddenSize ** 2 + 3 * hiddenSize * intermediateSize;
}

/** Colours of a pixel. */
export const COLOURS = 3;

/** The fields of {@link Encoder} that a trunk gives. */
export function encoderOf(
  { layers, hiddenSize, intermediateSize, heads }: Trunk,
  items: Pick<Encoder, "imagePatches" | "patchesPerToken" | "videoPatches" | "wholeItemTokens">,
): Encoder {
  return { layers, hiddenSize, intermediateSize, heads, ...items };
}
