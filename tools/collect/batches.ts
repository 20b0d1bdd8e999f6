/**
 * Large stacks in batches of models: the SDK holds all promises of a run until its end, so that memory, and the time to collect
 * garbage, grow faster than the number of models.
 */
import type { StackConfig } from "../../stacks/config.js";
import type { CollectedResource } from "./resource.js";

/** Models in a batch: fewer would repeat what models share too often, more would hold more at once. */
const BATCH_MODELS = 8;
/** With a cluster to build, which registers as much as ten models. */
const BATCH_MODELS_BUILT = 24;

function batchSize({ cluster }: StackConfig): number {
  return cluster.built === undefined ? BATCH_MODELS : BATCH_MODELS_BUILT;
}

/** A run of the program for some of a stack's models. */
export interface ModelBatch {
  /** The stack's config with these models alone. */
  config: StackConfig;
  /** Rules are about all models at once: those that the first run makes them of; `null` for the other runs. */
  watched: StackConfig["models"] | null;
}

export function batchesOf(config: StackConfig, size = batchSize(config)): ModelBatch[] {
  const count = Math.max(1, Math.ceil(config.models.length / size));
  return Array.from({ length: count }, (_, index) => ({
    config: { ...config, models: config.models.slice(index * size, (index + 1) * size) },
    watched: index === 0 ? config.models : null,
  }));
}

/** What the batches of a stack registered, in their order; what models share, once. */
export function mergeBatches<Item>(batches: readonly Item[][], resourceOf: (item: Item) => CollectedResource): Item[] {
  return [...new Map(batches.flat().map((item) => [resourceOf(item).urn, item])).values()];
}
