/**
 * How vLLM lays a model's KV cache out: one pool of blocks, of which a request takes some for each group of layers.
 *
 * Source: `get_kv_cache_groups`, `_get_kv_cache_groups_uniform_page_size` and `_max_memory_usage_bytes_from_groups` of
 * vllm/v1/core/kv_cache_utils.py, 0.30.0 (kv_cache_planning.py in 0.33.0).
 */
import type { LayerGroup } from "../../facts/models/architecture.js";
import type { KvCacheRules } from "../../facts/vllm/kvCache.js";
import { blockTokensOf, ownPages, type PageQuestion, type Pages, unified } from "./pages.js";

export interface KvCacheLayout {
  /** Of one block of the pool, on one GPU; 0 where the model keeps nothing. */
  bytesPerBlock: number;
  /** Blocks of the pool that a request of so many tokens takes. */
  blocksOfRequest: (context: number) => number;
}

/** A model whose layers share the pool. */
export interface KeptModel {
  groups: readonly LayerGroup[];
  /** GPUs that its heads are split over. */
  gpus: number;
}

/** What a layout depends on beside the layers. `blockTokens`: as asked for; states may need more. */
export interface LayoutQuestion extends Omit<PageQuestion, "gpus"> {
  /** Tokens that are scheduled and not yet settled. */
  tokensInFlight: number;
  /** Copies of a state that a sequence holds. */
  statesPerSequence: number;
}

/** @param model the one that is served @param draft one that drafts for it */
export function kvCacheLayout(
  model: KeptModel,
  draft: KeptModel | undefined,
  question: LayoutQuestion,
  rules: KvCacheRules,
): KvCacheLayout {
  const blockTokens = blockTokensOf(model.groups, { ...question, gpus: model.gpus }, rules);
  const models = draft === undefined ? [model] : [model, draft];
  const own = merged(models.flatMap(({ groups, gpus }) => ownPages(groups, { ...question, gpus, blockTokens })));
  if (own.length === 0) return { bytesPerBlock: 0, blocksOfRequest: () => 0 };
  return isOneGroup(own) ? oneGroup(own, question) : severalGroups(merged(unified(own)), question);
}

/** Pages that are alike, together. */
function merged(pages: Pages[]): Pages[] {
  const byKind = new Map<string, Pages>();
  for (const page of pages) {
    const { layers, ...rest } = page;
    const kind = JSON.stringify(rest);
    byKind.set(kind, { ...page, layers: layers + (byKind.get(kind)?.layers ?? 0) });
  }
  return [...byKind.values()];
}

/** Whether all layers need blocks for the same tokens, so that one table of blocks serves them all. */
function isOneGroup(pages: Pages[]): boolean {
  return new Set(pages.map(({ keeps }) => JSON.stringify(keeps))).size === 1 && pages[0]!.keeps.what !== "state";
}

function oneGroup(pages: Pages[], question: LayoutQuestion): KvCacheLayout {
  return {
    bytesPerBlock: pages.reduce((sum, { layers, bytes }) => sum + layers * bytes, 0),
    blocksOfRequest: (context) => blocksOf(pages[0]!, context, question),
  };
}

/** Where the largest kind has fewer than this times the layers of the smallest, the smallest is padded to the largest. */
const PADDED_BELOW = 1.5;

/** Each kind is cut into groups of as many layers, so that any group can take any block. */
function severalGroups(pages: Pages[], question: LayoutQuestion): KvCacheLayout {
  const layers = pages.map((page) => page.layers);
  const [fewest, most] = [Math.min(...layers), Math.max(...layers)];
  const size = most < fewest * PADDED_BELOW ? most : fewest;
  const groupsOf = (page: Pages): number => Math.ceil(page.layers / size);
  return {
    bytesPerBlock: size * pages[0]!.bytes,
    blocksOfRequest: (context) =>
      pages.reduce((blocks, page) => blocks + groupsOf(page) * blocksOf(page, context, question), 0),
  };
}

/** Blocks that a request of so many tokens takes in one group of these layers. */
function blocksOf({ keeps, blockTokens }: Pages, context: number, question: LayoutQuestion): number {
  const blocks = (tokens: number): number => Math.ceil(Math.min(tokens, context) / blockTokens);
  const { tokensInFlight, statesPerSequence } = question;
  switch (keeps.what) {
    case "all":
      return blocks(context);
    case "chunk":
      return blocks(keeps.tokens + tokensInFlight);
    case "window":
      // One more for a window that starts within a block.
      return blocks(keeps.tokens - 1 + tokensInFlight) + 1;
    case "state":
      return statesPerSequence;
  }
}
