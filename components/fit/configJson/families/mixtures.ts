/**
 * Families with a mixture of experts and grouped-query attention, by `model_type`; sources as in dense.ts.
 */
import { decoder, type TextReader } from "../decoder.js";
import { mixture } from "../feedForwards.js";
import type { Keys } from "../keys.js";
import { ATTENTION_BIAS, groupedQuery } from "../mixers.js";
import { allButEach, byLayerTypes, chunks, full, lastLayers, uniform } from "../reach.js";

/** Qwen: each nth layer has experts, but for those that are named. */
export function bySparseStep(text: Keys): (layer: number) => boolean {
  const step = text.count("decoder_sparse_step", { default: 1 });
  const denseLayers = text.counts("mlp_only_layers") ?? [];
  return (layer) => (layer + 1) % step === 0 && !denseLayers.includes(layer);
}

/** DeepSeek, GLM: the first layers are dense, and then each nth has experts. */
export function afterFirst(text: Keys): (layer: number) => boolean {
  const first = text.count("first_k_dense_replace", { min: 0, default: 0 });
  const step = text.count("moe_layer_freq", { default: 1 });
  return (layer) => layer >= first && layer % step === 0;
}

/** Width of the shared experts where the file gives their number. */
export function sharedByCount(key: string) {
  return (text: Keys, width: number): number => text.count(key, { min: 0, default: 0 }) * width;
}

/** Width of the shared experts where the file gives it. */
export function sharedByWidth(key: string) {
  return (text: Keys): number => text.count(key, { min: 0, default: 0 });
}

const QWEN_EXPERTS = {
  count: ["num_experts", "num_local_experts"],
  perToken: ["num_experts_per_tok"],
  isSparse: bySparseStep,
} as const;

const qwen3Moe = decoder({
  mixers: groupedQuery({ reach: byLayerTypes(lastLayers), ...ATTENTION_BIAS, queryKeyNorm: "head" }),
  feedForwards: mixture(QWEN_EXPERTS),
});

const LOCAL_EXPERTS = {
  count: ["num_local_experts"],
  perToken: ["num_experts_per_tok"],
  width: "intermediate_size",
} as const;

export const MIXTURES: Readonly<Record<string, TextReader>> = {
  mixtral: decoder({ mixers: groupedQuery({ reach: uniform }), feedForwards: mixture(LOCAL_EXPERTS) }),
  qwen2_moe: decoder({
    mixers: groupedQuery({ reach: byLayerTypes(lastLayers), qkvBias: true }),
    feedForwards: mixture({
      ...QWEN_EXPERTS,
      sharedWidth: sharedByWidth("shared_expert_intermediate_size"),
      sharedGate: true,
    }),
  }),
  qwen3_moe: qwen3Moe,
  qwen3_vl_moe_text: qwen3Moe,
  glm4_moe: decoder({
    mixers: groupedQuery({
      reach: full,
      qkvBias: { key: "attention_bias" },
      queryKeyNorm: "head",
      hasQueryKeyNorm: { key: "use_qk_norm" },
    }),
    feedForwards: mixture({
      count: ["n_routed_experts"],
      perToken: ["num_experts_per_tok"],
      isSparse: afterFirst,
      sharedWidth: sharedByCount("n_shared_experts"),
      routerBias: true,
    }),
  }),
  minimax_m2: decoder({
    mixers: groupedQuery({ reach: full, queryKeyNorm: "width", hasQueryKeyNorm: { key: "use_qk_norm" } }),
    feedForwards: mixture({ ...LOCAL_EXPERTS, routerBias: (text) => text.flag("use_routing_bias", false) }),
  }),
  gpt_oss: decoder({
    mixers: groupedQuery({ reach: byLayerTypes(allButEach(2)), ...ATTENTION_BIAS, sinks: true }),
    feedForwards: mixture({ ...LOCAL_EXPERTS, routerBias: true, expertBias: true }),
  }),
  phimoe: decoder({
    mixers: groupedQuery({ reach: uniform, ...ATTENTION_BIAS }),
    feedForwards: mixture(LOCAL_EXPERTS),
    normBias: true,
    outputBias: { key: "lm_head_bias" },
  }),
  llama4_text: decoder({
    mixers: groupedQuery({ reach: byLayerTypes(chunks), ...ATTENTION_BIAS }),
    feedForwards: mixture({
      ...LOCAL_EXPERTS,
      isSparse: llama4Sparse,
      sharedWidth: (_, width) => width,
      dense: { width: "intermediate_size_mlp" },
    }),
  }),
  hunyuan_v1_moe: decoder({
    mixers: groupedQuery({
      reach: full,
      ...ATTENTION_BIAS,
      queryKeyNorm: "head",
      hasQueryKeyNorm: { key: "use_qk_norm" },
    }),
    feedForwards: mixture({
      count: ["num_experts"],
      perToken: ["moe_topk"],
      sharedWidth: (text) =>
        text.flag("use_mixed_mlp_moe", false)
          ? text.countOfAll("num_shared_expert", { default: 1 }) * text.count("intermediate_size")
          : 0,
    }),
  }),
  granitemoe: decoder({
    mixers: groupedQuery({ reach: full, ...ATTENTION_BIAS }),
    feedForwards: mixture(LOCAL_EXPERTS),
  }),
  granitemoeshared: decoder({
    mixers: groupedQuery({ reach: full, ...ATTENTION_BIAS }),
    feedForwards: mixture({ ...LOCAL_EXPERTS, sharedWidth: sharedByWidth("shared_intermediate_size") }),
  }),
  ernie4_5_moe: decoder({
    mixers: groupedQuery({ reach: full, qkvBias: { key: "use_bias" }, outputBias: { key: "use_bias" } }),
    feedForwards: mixture({
      count: ["moe_num_experts"],
      perToken: ["moe_k"],
      isSparse: ernieSparse,
      sharedWidth: sharedByCount("moe_num_shared_experts"),
      routerBias: true,
      dense: { bias: { key: "use_bias" } },
    }),
  }),
};

/** Llama 4: the layers that `moe_layers` names, or each nth. */
function llama4Sparse(text: Keys): (layer: number) => boolean {
  const named = text.counts("moe_layers");
  const step = text.count("interleave_moe_layer_step", { default: 1 });
  return (layer) => named?.includes(layer) ?? (layer + 1) % step === 0;
}

/** ERNIE 4.5: each nth layer from the first to the last that are named; a last of -1 is the model's. */
function ernieSparse(text: Keys, layers: number): (layer: number) => boolean {
  const first = text.count("moe_layer_start_index", { min: 0, default: 0 });
  const given = text.count("moe_layer_end_index", { min: -1, default: -1 });
  const last = given === -1 ? layers - 1 : given;
  const step = text.count("moe_layer_interval", { default: 1 });
  return (layer) => (layer + 1) % step === 0 && layer >= first && layer <= last;
}
