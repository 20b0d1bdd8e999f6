/** A language model as the readers of its families build it: layer by layer. */
import type { LayerGroup, WeightPart } from "../../facts/models/architecture.js";

/** Parameters by kind of weights. */
export type Weights = Partial<Record<WeightPart, number>>;

type OfOneLayer<Group> = Group extends unknown ? Omit<Group, "layers"> : never;
/** What a layer keeps in the KV cache. */
export type Kept = OfOneLayer<LayerGroup>;

/** A layer, or a part of it. */
export interface Layer {
  weights: Weights;
  /** @default nothing */
  keeps?: readonly Kept[];
}

/** The experts of a mixture, in a layer that has them. */
export interface Experts {
  count: number;
  perToken: number;
  /** Elements of a token's vector as they take it. @default the model's width */
  width?: number;
}

/** The feed-forward half of all layers. */
export interface FeedForwards {
  layers: Layer[];
  /** Width of a layer; of one expert in a mixture. */
  width: number;
  experts?: Experts | undefined;
}

/** Sums by kind; none of them where there is nothing to add. */
export function sumWeights(all: readonly Weights[]): Weights {
  const sum: Weights = {};
  for (const weights of all) {
    for (const [part, parameters] of Object.entries(weights) as [WeightPart, number][]) {
      sum[part] = (sum[part] ?? 0) + parameters;
    }
  }
  return sum;
}

/** Layers of which each is made of the halves at its place. */
export function joined(...halves: readonly Layer[][]): Layer[] {
  const [first = []] = halves;
  return first.map((_, index) => {
    const parts = halves.flatMap((half) => half[index] ?? []);
    return {
      weights: sumWeights(parts.map(({ weights }) => weights)),
      keeps: parts.flatMap(({ keeps = [] }) => keeps),
    };
  });
}

/** An item for each layer; none where the number of layers is wrong. */
export function eachLayer<Item>(layers: number, item: (index: number) => Item): Item[] {
  return Array.from({ length: Number.isNaN(layers) ? 0 : layers }, (_, index) => item(index));
}

/** Layers that keep the same, as groups, in the order of their first layers. */
export function groupsOf(layers: readonly Layer[]): LayerGroup[] {
  const groups = new Map<string, LayerGroup>();
  for (const kept of layers.flatMap(({ keeps = [] }) => keeps)) {
    const key = JSON.stringify(kept);
    const group = groups.get(key) ?? { ...kept, layers: 0 };
    group.layers += 1;
    groups.set(key, group);
  }
  return [...groups.values()];
}
