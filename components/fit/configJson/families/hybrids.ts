/** Families that mix attention with layers that keep a state, by `model_type`; sources as in {@link DENSE}. */
import { decoder, type TextReader } from "../decoder.js";
import { dense, type FeedForwardsReader, mixture } from "../feedForwards.js";
import type { Keys } from "../keys.js";
import { byKinds, everyNth, type KindsReader, listedKinds } from "../kinds.js";
import { latentHeadSize, latentLayer } from "../latent.js";
import { eachLayer, type Layer, sumWeights } from "../layers.js";
import { type AttentionTraits, attentionWeights, hasTrait, kept } from "../mixers.js";
import {
  deltaNet,
  kimiDelta,
  lightning,
  mamba1,
  mamba2,
  SAME_AS_MODEL,
  shortConvolution,
  stateBytes,
} from "../states.js";
import { type KvHeads, readKvHeads, type Trunk } from "../trunk.js";
import { afterFirst, bySparseStep, sharedByCount, sharedByWidth } from "./mixtures.js";

/** Attention over all tokens, as one of several kinds of layers. */
function attention(traits: Omit<AttentionTraits, "reach">) {
  return (text: Keys, trunk: Trunk, heads: KvHeads): Layer => ({
    weights: attentionWeights(text, { ...trunk, ...heads }, traits),
    keeps: [kept({ kind: "full" }, heads)],
  });
}

const ATTENTION_BIAS = { qkvBias: { key: "attention_bias" }, outputBias: { key: "attention_bias" } };

/** Qwen3-Next, Qwen3.5: gated delta nets, and gated attention in each fourth layer. */
function qwenHybrid(feedForwards: FeedForwardsReader, recurrentBytes: (text: Keys) => number): TextReader {
  return decoder({
    mixers: byKinds(listedKinds(["layer_types"], everyNth("full_attention_interval", 4, "linear_attention")), {
      full_attention: attention({ ...ATTENTION_BIAS, queryKeyNorm: "head", gate: true }),
      linear_attention: (text, { hiddenSize }) =>
        deltaNet({
          hiddenSize,
          keyHeads: text.count("linear_num_key_heads"),
          valueHeads: text.count("linear_num_value_heads"),
          keySize: text.count("linear_key_head_dim"),
          valueSize: text.count("linear_value_head_dim"),
          kernel: text.count("linear_conv_kernel_dim"),
          recurrentBytes: recurrentBytes(text),
        }),
    }),
    feedForwards,
  });
}

const qwenExperts = mixture({
  count: ["num_experts"],
  perToken: ["num_experts_per_tok"],
  isSparse: bySparseStep,
  sharedWidth: sharedByWidth("shared_expert_intermediate_size"),
  sharedGate: true,
});

/** `Qwen3_5ForConditionalGenerationConfig` of vllm/model_executor/models/config.py, 0.33. */
const qwen35StateBytes = (text: Keys) => stateBytes(text.text("mamba_ssm_dtype"));

/** Granite 4, of the keys that Falcon-H1 shares. */
function readMamba2(text: Keys, { hiddenSize }: Trunk, own: { bias: boolean; norm: boolean }): Layer {
  const heads = text.count("mamba_n_heads");
  const given = text.raw("mamba_d_head");
  const isGiven = given !== undefined && given !== "auto";
  return mamba2({
    hiddenSize,
    heads,
    headSize: isGiven ? text.count("mamba_d_head") : (text.count("mamba_expand") * hiddenSize) / heads,
    groups: text.count("mamba_n_groups"),
    stateSize: text.count("mamba_d_state"),
    kernel: text.count("mamba_d_conv"),
    convolutionBias: text.flag("mamba_conv_bias", true),
    recurrentBytes: SAME_AS_MODEL,
    ...own,
  });
}

const graniteMamba = (text: Keys, trunk: Trunk): Layer =>
  readMamba2(text, trunk, { bias: text.flag("mamba_proj_bias", false), norm: true });
const graniteAttention = attention(ATTENTION_BIAS);

/** Jamba: attention at each nth place of a period. */
function jambaKinds(text: Keys, { layers }: Trunk): string[] {
  const period = text.count("attn_layer_period", { default: 8 });
  const offset = text.count("attn_layer_offset", { min: 0, default: 4 });
  return eachLayer(layers, (index) => (index % period === offset ? "attention" : "mamba"));
}

function jambaSparse(text: Keys): (layer: number) => boolean {
  const period = text.count("expert_layer_period", { default: 2 });
  const offset = text.count("expert_layer_offset", { min: 0, default: 1 });
  return (layer) => layer % period === offset;
}

function jambaMamba(text: Keys, { hiddenSize }: Trunk): Layer {
  const isAuto = text.raw("mamba_dt_rank") === "auto";
  return mamba1({
    hiddenSize,
    inner: text.count("mamba_expand") * hiddenSize,
    stateSize: text.count("mamba_d_state"),
    kernel: text.count("mamba_d_conv"),
    stepRank: isAuto ? Math.ceil(hiddenSize / 16) : text.count("mamba_dt_rank"),
    convolutionBias: text.flag("mamba_conv_bias", true),
    bias: text.flag("mamba_proj_bias", false),
  });
}

/** LFM2: the layers of `full_attn_idxs` have attention, the others a short convolution. */
function lfmKinds(text: Keys, { layers }: Trunk): string[] {
  const full = text.counts("full_attn_idxs");
  return eachLayer(layers, (index) => (full?.includes(index) === false ? "conv" : "full_attention"));
}

function lfm(feedForwards: FeedForwardsReader): TextReader {
  return decoder({
    mixers: byKinds(listedKinds(["layer_types"], lfmKinds), {
      full_attention: attention({ queryKeyNorm: "head" }),
      conv: (text, { hiddenSize }) =>
        shortConvolution(hiddenSize, text.count("conv_L_cache"), text.flag("conv_bias", false)),
    }),
    feedForwards,
  });
}

/** LFM2 narrows the width that its file gives (`Lfm2MLP`, transformers 5.19). */
const lfmFeedForwards: FeedForwardsReader = (text, trunk) => {
  const given = text.count(text.nameOf("block_ff_dim", "intermediate_size"));
  const multiple = text.count("block_multiple_of", { default: 1 });
  const narrowed = Math.floor(text.factor("block_ffn_dim_multiplier", 1) * Math.floor((2 * given) / 3));
  const isNarrowed = text.flag("block_auto_adjust_ff_dim", false);
  const width = isNarrowed ? multiple * Math.ceil(narrowed / multiple) : given;
  const layer: Layer = { weights: { feedForward: 3 * trunk.hiddenSize * width } };
  return { layers: eachLayer(trunk.layers, () => layer), width };
};

/** Kimi-Linear: lists of layers that count from 1. */
const kimiKinds: KindsReader = (text, { layers }) => {
  // Kimi K3 has this model_type, too, and layers that are not these.
  text.refuse(["routed_expert_hidden_size", "attn_res_block_size"]);
  const linear = text.section("linear_attn_config");
  const full = linear?.counts("full_attn_layers") ?? [];
  const kinds = eachLayer(layers, (index) => (full.includes(index + 1) ? "full_attention" : "linear_attention"));
  return { key: "linear_attn_config.full_attn_layers", kinds };
};

function kimiLinear(text: Keys, { hiddenSize }: Trunk): Layer {
  const linear = text.section("linear_attn_config");
  if (linear === undefined) {
    if (!text.has("linear_attn_config")) text.fail("linear_attn_config", "is missing: give the whole config.json");
    return { weights: {} };
  }
  return kimiDelta({
    hiddenSize,
    heads: linear.count("num_heads"),
    headSize: linear.count("head_dim"),
    kernel: linear.count("short_conv_kernel_size"),
  });
}

/** MiniMax-Text-01: 1 in `attn_type_list` is attention, 0 is lightning attention. */
const minimaxKinds: KindsReader = (text, { layers }) => {
  const key = "attn_type_list";
  const given = text.counts(key);
  const kinds = given === undefined ? [] : text.ofLength(key, given, layers);
  if (given === undefined && !text.has(key)) text.fail(key, "is missing: give the kind of each layer, 0 or 1");
  return { key, kinds: kinds.map(String) };
};

const minimax = decoder({
  mixers: byKinds(minimaxKinds, {
    1: attention({}),
    0: (_, { hiddenSize, heads }, { headSize }) => lightning(hiddenSize, heads, headSize),
  }),
  feedForwards: mixture({
    count: ["num_local_experts"],
    perToken: ["num_experts_per_tok"],
    width: "intermediate_size",
    sharedWidth: sharedByWidth("shared_intermediate_size"),
  }),
});

export const HYBRIDS: Readonly<Record<string, TextReader>> = {
  qwen3_next: qwenHybrid(qwenExperts, () => SAME_AS_MODEL),
  qwen3_5_text: qwenHybrid(dense(), qwen35StateBytes),
  qwen3_5_moe_text: qwenHybrid(qwenExperts, qwen35StateBytes),
  granitemoehybrid: decoder({
    mixers: byKinds(
      listedKinds(["layer_types", "layers_block_type"], (_, { layers }) => eachLayer(layers, () => "mamba")),
      {
        attention: graniteAttention,
        full_attention: graniteAttention,
        mamba: graniteMamba,
        linear_attention: graniteMamba,
      },
    ),
    feedForwards: mixture({
      count: ["num_local_experts"],
      perToken: ["num_experts_per_tok"],
      width: "intermediate_size",
      sharedWidth: sharedByWidth("shared_intermediate_size"),
      dense: { width: "shared_intermediate_size" },
    }),
  }),
  falcon_h1: decoder({
    // Attention and Mamba side by side in every layer.
    mixers: byKinds(
      (_, { layers }) => ({ key: "", kinds: eachLayer(layers, () => "both") }),
      {
        both: (text, trunk, heads) => {
          const halves = [
            attention(ATTENTION_BIAS)(text, trunk, heads),
            readMamba2(text, trunk, {
              bias: hasTrait(text, { key: "mamba_proj_bias" }),
              norm: text.flag("mamba_rms_norm", false),
            }),
          ];
          return {
            weights: sumWeights(halves.map(({ weights }) => weights)),
            keeps: halves.flatMap(({ keeps = [] }) => keeps),
          };
        },
      },
      readKvHeads,
    ),
    feedForwards: dense({ bias: { key: "mlp_bias" } }),
  }),
  jamba: decoder({
    mixers: byKinds((text, trunk) => ({ key: "attn_layer_period", kinds: jambaKinds(text, trunk) }), {
      attention: attention({}),
      mamba: jambaMamba,
    }),
    feedForwards: mixture({
      count: ["num_experts"],
      perToken: ["num_experts_per_tok"],
      width: "intermediate_size",
      isSparse: jambaSparse,
    }),
  }),
  lfm2: lfm(lfmFeedForwards),
  lfm2_moe: lfm(
    mixture({
      count: ["num_experts"],
      perToken: ["num_experts_per_tok"],
      isSparse: (text) => {
        const first = text.count("num_dense_layers", { min: 0, default: 0 });
        return (layer) => layer >= first;
      },
      routerBias: (text) => text.flag("use_expert_bias", true),
    }),
  ),
  kimi_linear: decoder({
    mixers: byKinds(
      kimiKinds,
      {
        full_attention: latentLayer,
        linear_attention: kimiLinear,
      },
      (text, trunk) => ({ kvHeads: trunk.heads, headSize: latentHeadSize(text) }),
    ),
    feedForwards: mixture({
      count: ["num_experts", "num_local_experts"],
      perToken: ["num_experts_per_token", "num_experts_per_tok"],
      isSparse: afterFirst,
      sharedWidth: (text, width) => sharedByCount(text.nameOf("num_shared_experts", "n_shared_experts"))(text, width),
      routerBias: true,
    }),
  }),
  minimax,
  minimax_text_01: minimax,
  minimax_m1: minimax,
};
