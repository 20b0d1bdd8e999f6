/** Families that mix attention with delta nets, by `model_type`; sources as in dense.ts. */
import { decoder, type TextReader } from "../decoder.js";
import { dense, type FeedForwardsReader, mixture } from "../feedForwards.js";
import type { Keys } from "../keys.js";
import { byKinds, everyNth, type KindsReader, listedKinds } from "../kinds.js";
import { latentHeadSize, latentLayer } from "../latent.js";
import { eachLayer, type Layer } from "../layers.js";
import { ATTENTION_BIAS, fullAttention } from "../mixers.js";
import { deltaNet, kimiDelta, SAME_AS_MODEL, stateBytes } from "../states.js";
import type { Trunk } from "../trunk.js";
import { afterFirst, bySparseStep, sharedByCount, sharedByWidth } from "./mixtures.js";

/** Qwen3-Next, Qwen3.5: gated delta nets, and gated attention in each fourth layer. */
function qwenHybrid(feedForwards: FeedForwardsReader, recurrentBytes: (text: Keys) => 2 | 4): TextReader {
  return decoder({
    mixers: byKinds(listedKinds(["layer_types"], everyNth("full_attention_interval", 4, "linear_attention")), {
      full_attention: fullAttention({ ...ATTENTION_BIAS, queryKeyNorm: "head", gate: true }),
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

/** Kimi-Linear: lists of layers that count from 1. */
const kimiKinds: KindsReader = (text, { layers }) => {
  // Kimi K3 has this model_type, too, and layers that are not these.
  text.refuse(["routed_expert_hidden_size", "attn_res_block_size"]);
  const linear = text.section("linear_attn_config");
  const full = linear?.counts("full_attn_layers") ?? [];
  if (linear !== undefined && !linear.has("full_attn_layers")) {
    linear.fail("full_attn_layers", "is missing: give the numbers of the layers with attention, counted from 1");
  }
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

export const DELTA_NETS: Readonly<Record<string, TextReader>> = {
  qwen3_next: qwenHybrid(qwenExperts, () => SAME_AS_MODEL),
  qwen3_5_text: qwenHybrid(dense(), qwen35StateBytes),
  qwen3_5_moe_text: qwenHybrid(qwenExperts, qwen35StateBytes),
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
};
