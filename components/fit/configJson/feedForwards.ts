/** The half of a layer that works on each token alone: dense, or a mixture of experts. */
import { quote } from "../../config/problems.js";
import type { Keys } from "./keys.js";
import { eachLayer, type Experts, type FeedForwards, type Layer, type Weights } from "./layers.js";
import { hasTrait, type Trait } from "./mixers.js";
import type { Trunk } from "./trunk.js";

/** Most experts of a layer that are believed. */
const MOST_EXPERTS = 2 ** 16;

export type FeedForwardsReader = (text: Keys, trunk: Trunk) => FeedForwards;

interface DenseTraits {
  /** Key of the width. @default "intermediate_size" */
  width?: string;
  /** Matrices: three with a gate, two without. @default 3 */
  matrices?: 2 | 3;
  /** Biases of all matrices. @default false */
  bias?: Trait;
}

/** Weights of one dense layer of a width. */
export function denseWeights(
  text: Keys,
  hiddenSize: number,
  width: number,
  { matrices = 3, bias }: DenseTraits,
): Weights {
  const biases = hasTrait(text, bias) ? (matrices - 1) * width + hiddenSize : 0;
  return { feedForward: matrices * hiddenSize * width, norms: biases };
}

/** The same dense feed-forward in every layer; a list of widths where the file has one. */
export function dense(traits: DenseTraits = {}): FeedForwardsReader {
  const key = traits.width ?? "intermediate_size";
  return (text, { hiddenSize, layers }) => {
    const widths = text.countPerLayer(key, layers);
    return {
      layers: widths.map((width) => ({ weights: denseWeights(text, hiddenSize, width, traits) })),
      width: widths.reduce((most, width) => Math.max(most, width), 0),
    };
  };
}

/** Keys and traits of a family's mixture of experts. */
export interface MixtureTraits {
  /** Keys of the number of experts, by the names that the family has had. */
  count: readonly [string, ...string[]];
  /** Keys of how many a token passes. */
  perToken: readonly [string, ...string[]];
  /** Key of an expert's width. @default "moe_intermediate_size" */
  width?: string;
  /** Which layers have experts. @default all */
  isSparse?: (text: Keys, layers: number) => (layer: number) => boolean;
  /** Width of the experts that every token passes, 0 where there are none. @default none */
  sharedWidth?: (text: Keys, expertWidth: number) => number;
  /** Whether the shared experts have a gate. @default false */
  sharedGate?: boolean;
  /** A bias of the router, one number an expert. @default false */
  routerBias?: boolean | ((text: Keys) => boolean);
  /** Biases of every expert. @default false */
  expertBias?: boolean;
  /** The dense layers. @default a gate and `intermediate_size` */
  dense?: DenseTraits;
}

/** Experts in some layers, and dense ones in the others. */
export function mixture(traits: MixtureTraits): FeedForwardsReader {
  return (text, trunk) => {
    const experts = readExperts(text, traits);
    // Some families have models of both kinds, which say so by having no experts.
    if (experts === undefined) return dense(traits.dense)(text, trunk);
    const width = text.countOfAll(traits.width ?? "moe_intermediate_size");
    const sparse: Layer = { weights: expertWeights(text, trunk.hiddenSize, width, experts, traits) };
    const isSparse = traits.isSparse?.(text, trunk.layers) ?? (() => true);
    const places = eachLayer(trunk.layers, isSparse);
    const other = places.every((place) => place) ? [] : dense(traits.dense)(text, trunk).layers;
    return {
      layers: places.map((place, layer) => (place ? sparse : (other[layer] ?? { weights: {} }))),
      width,
      experts,
    };
  };
}

/** Numbers of experts; `undefined` where the model has none. */
export function readExperts(text: Keys, traits: Pick<MixtureTraits, "count" | "perToken">): Experts | undefined {
  const countKey = text.nameOf(...traits.count);
  const count = text.countOfAll(countKey, { min: 0, max: MOST_EXPERTS });
  if (count === 0) return undefined;
  const perTokenKey = text.nameOf(...traits.perToken);
  const perToken = text.countOfAll(perTokenKey, { max: MOST_EXPERTS });
  if (perToken > count) {
    text.fail(
      perTokenKey,
      `${quote(perToken)} experts a token are more than ${countKey}, ${quote(count)}: use at most as many`,
    );
  }
  return { count, perToken };
}

/** Weights of a layer of experts, with its router and its shared experts. */
export function expertWeights(
  text: Keys,
  hiddenSize: number,
  width: number,
  { count }: Experts,
  traits: Pick<MixtureTraits, "sharedWidth" | "sharedGate" | "routerBias" | "expertBias">,
): Weights {
  const { routerBias = false, expertBias = false, sharedGate = false } = traits;
  const shared = traits.sharedWidth?.(text, width) ?? 0;
  const hasBias = typeof routerBias === "function" ? routerBias(text) : routerBias;
  return {
    experts: count * (3 * hiddenSize * width + (expertBias ? 2 * width + hiddenSize : 0)),
    router: hiddenSize * count + (hasBias ? count : 0) + (sharedGate && shared > 0 ? hiddenSize : 0),
    sharedExperts: 3 * hiddenSize * shared,
  };
}
