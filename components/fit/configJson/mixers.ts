/** The half of a layer that mixes tokens: attention. */
import type { Keys } from "./keys.js";
import type { Kept, Layer } from "./layers.js";
import type { Reach, ReachReader } from "./reach.js";
import { type KvHeads, readKvHeads, type Trunk } from "./trunk.js";

/** The token-mixing half of every layer, and the heads that name the model. */
export interface Mixers extends KvHeads {
  layers: Layer[];
}

export type MixersReader = (text: Keys, trunk: Trunk) => Mixers;

/** A property of a family: it has it, it has not, or the model's key says so. */
export type Trait = boolean | { key: string };

export function hasTrait(text: Keys, trait: Trait | undefined): boolean {
  return typeof trait === "object" ? text.flag(trait.key, false) : (trait ?? false);
}

/** A bias of all matrices of attention, where the file turns it on. */
export const ATTENTION_BIAS = { qkvBias: { key: "attention_bias" }, outputBias: { key: "attention_bias" } } as const;

/** How a family's grouped-query attention differs from the plain one, of four matrices. */
export interface AttentionTraits {
  /** Which layers see what. */
  reach: ReachReader;
  /** Biases of queries, keys and values. @default false */
  qkvBias?: Trait;
  /** Bias of the output. @default false */
  outputBias?: Trait;
  /** Norms of queries and keys: one for all heads, of a head's size, or over all heads' width. @default none */
  queryKeyNorm?: "head" | "width";
  /** Whether the model has these norms. @default true */
  hasQueryKeyNorm?: Trait;
  /** Queries come with a gate of their size (Qwen3-Next). @default false */
  gate?: boolean;
  /** A learned sink for each head (gpt-oss). @default false */
  sinks?: boolean;
}

/** Sizes of one layer of grouped-query attention. */
export interface AttentionSize extends KvHeads {
  hiddenSize: number;
  heads: number;
}

/** Weights of one layer of grouped-query attention; the vectors apart, which are never quantised. */
export function attentionWeights(
  text: Keys,
  size: AttentionSize,
  traits: Omit<AttentionTraits, "reach">,
): Layer["weights"] {
  const { hiddenSize, heads, kvHeads, headSize } = size;
  const queries = heads * headSize;
  const keys = kvHeads * headSize;
  const gate = traits.gate ? queries : 0;
  const isNormed = traits.queryKeyNorm !== undefined && hasTrait(text, traits.hasQueryKeyNorm ?? true);
  const norms = traits.queryKeyNorm === "width" ? queries + keys : 2 * headSize;
  const vectors =
    (hasTrait(text, traits.qkvBias) ? queries + gate + 2 * keys : 0) +
    (hasTrait(text, traits.outputBias) ? hiddenSize : 0) +
    (isNormed ? norms : 0) +
    (traits.sinks ? heads : 0);
  return { attention: hiddenSize * (2 * queries + gate + 2 * keys), norms: vectors };
}

/** Grouped-query attention in every layer, alike but for what it sees. */
export function groupedQuery(traits: AttentionTraits): MixersReader {
  return (text, trunk) => {
    const heads = readKvHeads(text, trunk);
    const weights = attentionWeights(text, { ...trunk, ...heads }, traits);
    const isCausal = readCausal(text);
    const layers = traits
      .reach(text, trunk.layers)
      .map((reach) => ({ weights, keeps: isCausal ? [kept(reach, heads)] : [] }));
    return { ...heads, layers };
  };
}

/** One layer of grouped-query attention over all tokens, for families whose layers are of several kinds. */
export function fullAttention(traits: Omit<AttentionTraits, "reach">) {
  return (text: Keys, trunk: Trunk, heads: KvHeads): Layer => ({
    weights: attentionWeights(text, { ...trunk, ...heads }, traits),
    keeps: [kept({ kind: "full" }, heads)],
  });
}

export function kept(reach: Reach, { kvHeads, headSize }: KvHeads): Kept {
  return { ...reach, kvHeads, headSize };
}

/**
 * Whether a token sees only those before it. Where it sees all, nothing is kept from step to step: vLLM makes such layers
 * "encoder-only" (`AttentionType.ENCODER_ONLY`; vllm/model_executor/models/qwen2.py and gemma3.py, 0.33).
 */
function readCausal(text: Keys): boolean {
  const seesAll = text.raw("use_bidirectional_attention");
  return text.flag("is_causal", true) && seesAll !== true && seesAll !== "all";
}
