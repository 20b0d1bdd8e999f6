/**
 * Families of dense layers with grouped-query attention, by `model_type`.
 *
 * Each row is what the family's model has in transformers 5.19 (models/<family>/modeling_<family>.py) and in vLLM 0.33
 * (vllm/model_executor/models/<family>.py); the parameters of real models are checked against it in test/fit/configJson.
 */
import { decoder, type TextReader } from "../decoder.js";
import { dense } from "../feedForwards.js";
import { ATTENTION_BIAS, groupedQuery } from "../mixers.js";
import { allButEach, byLayerTypes, full, lastLayers, uniform } from "../reach.js";

const MLP_BIAS = { bias: { key: "mlp_bias" } };

const llama = decoder({
  mixers: groupedQuery({ reach: byLayerTypes(uniform), ...ATTENTION_BIAS }),
  feedForwards: dense(MLP_BIAS),
});

const qwen2 = decoder({
  mixers: groupedQuery({ reach: byLayerTypes(lastLayers), qkvBias: true }),
  feedForwards: dense(),
});

const qwen3 = decoder({
  mixers: groupedQuery({ reach: byLayerTypes(lastLayers), ...ATTENTION_BIAS, queryKeyNorm: "head" }),
  feedForwards: dense(),
});

const olmo2 = decoder({
  mixers: groupedQuery({ reach: byLayerTypes(full), ...ATTENTION_BIAS, queryKeyNorm: "width" }),
  feedForwards: dense(),
});

const ernie = decoder({
  mixers: groupedQuery({ reach: full, qkvBias: { key: "use_bias" }, outputBias: { key: "use_bias" } }),
  feedForwards: dense({ bias: { key: "use_bias" } }),
});

/** One norm a layer, before attention and feed-forward alike; without a bias. */
function cohere(reach: Parameters<typeof groupedQuery>[0]["reach"]): TextReader {
  return decoder({
    mixers: groupedQuery({ reach, ...ATTENTION_BIAS, queryKeyNorm: "width", hasQueryKeyNorm: { key: "use_qk_norm" } }),
    feedForwards: dense(),
    norms: 1,
  });
}

export const DENSE: Readonly<Record<string, TextReader>> = {
  llama,
  mistral: llama,
  ministral: llama,
  ministral3: llama,
  granite: llama,
  // One matrix for queries, keys and values, and one for gate and up: the same numbers.
  phi3: llama,
  arcee: decoder({
    mixers: groupedQuery({ reach: full, ...ATTENTION_BIAS }),
    feedForwards: dense({ matrices: 2, ...MLP_BIAS }),
  }),
  qwen2,
  // Layers that guess tokens ahead (multi-token prediction) are not loaded with the model.
  mimo: qwen2,
  qwen2_vl: qwen2,
  qwen2_5_vl: qwen2,
  qwen2_vl_text: qwen2,
  qwen2_5_vl_text: qwen2,
  qwen3,
  qwen3_vl_text: qwen3,
  seed_oss: decoder({
    mixers: groupedQuery({
      reach: full,
      qkvBias: { key: "attention_bias" },
      outputBias: { key: "attention_out_bias" },
    }),
    feedForwards: dense(MLP_BIAS),
  }),
  smollm3: llama,
  olmo2,
  olmo3: decoder({
    mixers: groupedQuery({ reach: byLayerTypes(allButEach(4)), ...ATTENTION_BIAS, queryKeyNorm: "width" }),
    feedForwards: dense(),
  }),
  exaone4: decoder({
    mixers: groupedQuery({ reach: byLayerTypes(allButEach(4, "sliding_window_pattern")), queryKeyNorm: "head" }),
    feedForwards: dense(),
  }),
  cohere: cohere(full),
  cohere2: cohere(byLayerTypes(allButEach(4, "sliding_window_pattern"))),
  glm: decoder({
    mixers: groupedQuery({ reach: full, qkvBias: { key: "attention_bias" } }),
    feedForwards: dense(),
  }),
  glm4: decoder({
    mixers: groupedQuery({ reach: full, qkvBias: { key: "attention_bias" } }),
    feedForwards: dense(),
    norms: 4,
  }),
  ernie4_5: ernie,
  hunyuan_v1_dense: decoder({
    mixers: groupedQuery({
      reach: full,
      ...ATTENTION_BIAS,
      queryKeyNorm: "head",
      hasQueryKeyNorm: { key: "use_qk_norm" },
    }),
    feedForwards: dense(),
  }),
  nemotron: decoder({
    mixers: groupedQuery({ reach: full, ...ATTENTION_BIAS }),
    feedForwards: dense({ matrices: 2, ...MLP_BIAS }),
    normBias: true,
  }),
  muse_glimmer_text: decoder({
    mixers: groupedQuery({ reach: byLayerTypes(allButEach(4)), ...ATTENTION_BIAS, gate: true }),
    feedForwards: dense(),
    norms: 4,
  }),
  gemma: decoder({ mixers: groupedQuery({ reach: full, ...ATTENTION_BIAS }), feedForwards: dense() }),
  gemma2: decoder({
    mixers: groupedQuery({ reach: byLayerTypes(allButEach(2)), ...ATTENTION_BIAS }),
    feedForwards: dense(),
    norms: 4,
  }),
  gemma3_text: decoder({
    mixers: groupedQuery({
      reach: byLayerTypes(allButEach(6, "sliding_window_pattern")),
      ...ATTENTION_BIAS,
      queryKeyNorm: "head",
    }),
    feedForwards: dense(),
    norms: 4,
  }),
};
