/**
 * Pages of the KV cache: what one layer keeps of one block, on one GPU.
 *
 * Source: the specs of vllm/v1/kv_cache_interface.py, `_align_hybrid_block_size` of vllm/platforms/interface.py and
 * `unify_kv_cache_spec_page_size` of vllm/v1/core/kv_cache_utils.py, 0.30.0 (kv_cache_planning.py in 0.33.0).
 */
import type { LayerGroup } from "../../facts/models/architecture.js";
import type { KvCacheRules } from "../../facts/vllm/kvCache.js";
import { kvHeadsPerGpu } from "./layers.js";

/** Layers whose pages are alike. */
export interface Pages {
  layers: number;
  /** One layer's page. */
  bytes: number;
  /** Tokens of a block; a state has no tokens. */
  blockTokens: number;
  keeps:
    | { what: "all" }
    /** The last tokens and those in flight. */
    | { what: "window" | "chunk"; tokens: number }
    | { what: "state" };
}

/** What pages depend on beside the layers. */
export interface PageQuestion {
  /** GPUs that the heads are split over. */
  gpus: number;
  elementBytes: number;
  blockTokens: number;
  /** Windows and chunks keep every token. */
  keepsWhole: boolean;
}

type TokenLayers = Exclude<LayerGroup, { kind: "state" | "shared" }>;
type StateLayers = Extract<LayerGroup, { kind: "state" }>;

/** Rotary part of a latent vector, which FP8 types keep in 16 bits where tokens are picked by an index. */
const ROTARY_ELEMENTS = 64;
/** Elements that share a 32-bit scale there, and in the index (`fp8_ds_mla` of vllm/v1/attention/backends/mla, 656 bytes for 576). */
const SCALED_ELEMENTS = 128;

/** Bytes a token and layer on one GPU. */
function tokenBytes(layers: TokenLayers, { gpus, elementBytes }: PageQuestion): number {
  if (layers.kind !== "latent") {
    const { kvHeads, headSize, valueHeadSize = headSize } = layers;
    return kvHeadsPerGpu(kvHeads, gpus) * (headSize + valueHeadSize) * elementBytes;
  }
  const { width, indexWidth } = layers;
  if (indexWidth === undefined) return width * elementBytes;
  // The index is kept in FP8, whatever the rest is kept in.
  const index = indexWidth + (4 * indexWidth) / SCALED_ELEMENTS;
  const latent = width - ROTARY_ELEMENTS;
  const scaled = latent + (4 * latent) / SCALED_ELEMENTS + 2 * ROTARY_ELEMENTS;
  return index + (elementBytes === 1 ? scaled : width * elementBytes);
}

/** Bytes a sequence and layer on one GPU. The convolution has the model's type, of 16 bits. */
function stateBytes({ convolution, recurrent, recurrentBytes }: StateLayers, gpus: number): number {
  return (convolution * 2 + recurrent * recurrentBytes) / gpus;
}

function isState(layers: LayerGroup): layers is StateLayers {
  return layers.kind === "state";
}

function keepsTokens(layers: LayerGroup): layers is TokenLayers {
  return layers.kind !== "state" && layers.kind !== "shared";
}

/** Tokens of a block: beside states as many as make a page of attention at least as large as a state's. */
export function blockTokensOf(groups: readonly LayerGroup[], question: PageQuestion, rules: KvCacheRules): number {
  const states = groups.filter(isState).map((layers) => stateBytes(layers, question.gpus));
  const tokens = groups.filter(keepsTokens);
  if (states.length === 0 || tokens.length === 0) return question.blockTokens;
  const isLatent = tokens.some(({ kind }) => kind === "latent");
  const step = isLatent ? Math.max(rules.latentBlockTokens, question.blockTokens) : question.blockTokens;
  const perToken = Math.max(...tokens.map((layers) => tokenBytes(layers, question)));
  return step * Math.ceil(Math.max(...states) / (step * perToken));
}

function keeps(layers: TokenLayers, { keepsWhole }: PageQuestion): Pages["keeps"] {
  if (layers.kind === "full" || layers.kind === "latent" || keepsWhole) return { what: "all" };
  return { what: layers.kind === "window" ? "window" : "chunk", tokens: layers.tokens };
}

/** Each group's own pages. Layers that keep nothing have none. */
export function ownPages(groups: readonly LayerGroup[], question: PageQuestion): Pages[] {
  const { blockTokens } = question;
  return groups
    .filter(({ layers }) => layers > 0)
    .flatMap((group): Pages[] => {
      if (group.kind === "shared") return [];
      const { layers } = group;
      if (isState(group)) {
        return [{ layers, bytes: stateBytes(group, question.gpus), blockTokens: 0, keeps: { what: "state" } }];
      }
      return [{ layers, bytes: tokenBytes(group, question) * blockTokens, blockTokens, keeps: keeps(group, question) }];
    });
}

/** Pages of one size: smaller ones take more tokens where they divide the largest, and are padded where they do not. */
export function unified(pages: Pages[]): Pages[] {
  const bytes = Math.max(...pages.map((page) => page.bytes));
  return pages.map((page) => {
    const times = bytes / page.bytes;
    return { ...page, bytes, blockTokens: page.blockTokens * (Number.isInteger(times) ? times : 1) };
  });
}
