/** Gemma 3n and 4: embeddings of every layer, layers that read others' keys and values, and heads of two sizes; sources as in dense.ts. */
import { decoder, type TextReader } from "../decoder.js";
import { expertWeights, type FeedForwardsReader, readExperts } from "../feedForwards.js";
import type { Keys } from "../keys.js";
import { eachLayer, type Layer, sumWeights, type Weights } from "../layers.js";
import { ATTENTION_BIAS, attentionWeights, kept, type MixersReader } from "../mixers.js";
import { allButEach, allButEachAndLast, byLayerTypes, type Reach, type ReachReader } from "../reach.js";
import { type KvHeads, readKvHeads, type Trunk } from "../trunk.js";

/** The first of the last layers that keep no keys and values of their own; as many as there are layers where all keep some. */
function firstShared(text: Keys, layers: number): number {
  const shared = text.count("num_kv_shared_layers", { min: 0, default: 0 });
  if (shared >= layers)
    text.fail("num_kv_shared_layers", `${shared} of ${layers} layers share: at least one keeps its own`);
  return layers - shared;
}

/** Attention whose last layers read what earlier ones keep. */
function sharing(reaches: ReachReader, headsOf: (text: Keys, heads: KvHeads, reach: Reach) => KvHeads): MixersReader {
  return (text, trunk) => {
    const heads = readKvHeads(text, trunk);
    const first = firstShared(text, trunk.layers);
    const traits = { ...ATTENTION_BIAS, queryKeyNorm: "head" } as const;
    const layers = reaches(text, trunk.layers).map((reach, index): Layer => {
      const own = headsOf(text, heads, reach);
      if (index < first) {
        return { weights: attentionWeights(text, { ...trunk, ...own }, traits), keeps: [kept(reach, own)] };
      }
      // Neither matrices nor norms of keys and values.
      const weights = attentionWeights(text, { ...trunk, ...own, kvHeads: 0 }, traits);
      return { weights: { ...weights, norms: (weights.norms ?? 0) - own.headSize }, keeps: [{ kind: "shared" }] };
    });
    return { ...heads, layers };
  };
}

/** Gemma 4: layers that see all tokens have heads of their own size and number. */
function gemma4Heads(text: Keys, heads: KvHeads, reach: Reach): KvHeads {
  if (reach.kind !== "full") return heads;
  const hasOwnHeads = text.flag("attention_k_eq_v", false);
  return {
    headSize: text.count("global_head_dim", { default: 512 }),
    kvHeads: (hasOwnHeads ? text.countIfGiven("num_global_key_value_heads") : undefined) ?? heads.kvHeads,
  };
}

/** The vector of its own that each layer adds, made of a table of all tokens. */
function layerEmbeddings(text: Keys, { hiddenSize, layers }: Trunk): { layer: Weights; beside: Weights } {
  const width = text.count("hidden_size_per_layer_input", { min: 0, default: 0 });
  if (width === 0) return { layer: {}, beside: {} };
  return {
    layer: { feedForward: 2 * hiddenSize * width, norms: hiddenSize },
    beside: {
      layerEmbedding: text.count("vocab_size_per_layer_input") * layers * width,
      feedForward: hiddenSize * layers * width,
      norms: width,
    },
  };
}

/** Gemma 4: a dense feed-forward, twice as wide where keys and values are shared, and experts beside it in some models. */
const gemma4FeedForwards: FeedForwardsReader = (text, trunk) => {
  const { hiddenSize, layers } = trunk;
  const width = text.count("intermediate_size");
  const first = firstShared(text, layers);
  const isWide = text.flag("use_double_wide_mlp", false);
  const mixed = text.flag("enable_moe_block", false) ? gemma4Experts(text, hiddenSize) : undefined;
  const { layer } = layerEmbeddings(text, trunk);
  return {
    layers: eachLayer(layers, (index) => {
      const factor = isWide && index >= first ? 2 : 1;
      return { weights: sumWeights([{ feedForward: 3 * hiddenSize * width * factor }, layer, mixed?.weights ?? {}]) };
    }),
    width: mixed?.width ?? width,
    experts: mixed?.experts,
  };
};

function gemma4Experts(text: Keys, hiddenSize: number) {
  const experts = readExperts(text, { count: ["num_experts"], perToken: ["top_k_experts"] });
  if (experts === undefined) return undefined;
  const width = text.count("moe_intermediate_size");
  // The router scales its input, and each expert's share; three more norms.
  const vectors: Weights = { router: hiddenSize + experts.count, norms: 3 * hiddenSize };
  return { experts, width, weights: sumWeights([expertWeights(text, hiddenSize, width, experts, {}), vectors]) };
}

/** Gemma 3n: four streams (AltUp), and a narrow detour (Laurel) in every layer. */
const gemma3nFeedForwards: FeedForwardsReader = (text, trunk) => {
  const { hiddenSize, layers } = trunk;
  const widths = text.countPerLayer("intermediate_size", layers);
  const streams = text.count("altup_num_inputs");
  const altUp = streams * (streams + streams ** 2 + hiddenSize);
  const laurel = 2 * hiddenSize * text.count("laurel_rank");
  const { layer } = layerEmbeddings(text, trunk);
  const own: Weights = { feedForward: altUp + laurel, norms: 3 * hiddenSize };
  return {
    layers: widths.map((width) => ({ weights: sumWeights([{ feedForward: 3 * hiddenSize * width }, layer, own]) })),
    width: widths.reduce((most, width) => Math.max(most, width), 0),
  };
};

function besideGemma3n(text: Keys, trunk: Trunk): Weights {
  const streams = text.count("altup_num_inputs") - 1;
  return sumWeights([layerEmbeddings(text, trunk).beside, { feedForward: 2 * streams * trunk.hiddenSize ** 2 }]);
}

/** Norms of the model's width in a layer: before and after attention and feed-forward. */
const NORMS = 4;

export const GEMMA: Readonly<Record<string, TextReader>> = {
  gemma3n_text: decoder({
    mixers: sharing(byLayerTypes(allButEach(5)), (_, heads) => heads),
    feedForwards: gemma3nFeedForwards,
    norms: NORMS,
    beside: besideGemma3n,
  }),
  gemma4_text: decoder({
    mixers: sharing(byLayerTypes(allButEachAndLast(6)), gemma4Heads),
    feedForwards: gemma4FeedForwards,
    norms: NORMS,
    beside: (text, trunk) => layerEmbeddings(text, trunk).beside,
  }),
};
