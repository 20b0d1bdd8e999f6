/** Families that mix attention with Mamba, by `model_type`; sources as in dense.ts. */
import { decoder, type TextReader } from "../decoder.js";
import { dense, mixture } from "../feedForwards.js";
import type { Keys } from "../keys.js";
import { byKinds, listedKinds } from "../kinds.js";
import { eachLayer, type Layer, sumWeights } from "../layers.js";
import { ATTENTION_BIAS, fullAttention } from "../mixers.js";
import { mamba1, mamba2, SAME_AS_MODEL } from "../states.js";
import type { Trunk } from "../trunk.js";
import { sharedByWidth } from "./mixtures.js";

/** Mamba 2 by the keys of Granite 4 and Falcon-H1. */
function readMamba2(text: Keys, { hiddenSize }: Trunk, own: { bias: boolean; norm: boolean }): Layer {
  const heads = text.count("mamba_n_heads");
  return mamba2({
    hiddenSize,
    heads,
    headSize: readMambaHeadSize(text, hiddenSize, heads),
    groups: text.count("mamba_n_groups"),
    stateSize: text.count("mamba_d_state"),
    kernel: text.count("mamba_d_conv"),
    convolutionBias: text.flag("mamba_conv_bias", true),
    recurrentBytes: SAME_AS_MODEL,
    ...own,
  });
}

/** Size of a head: given, or the width of the state over the heads. */
function readMambaHeadSize(text: Keys, hiddenSize: number, heads: number): number {
  const given = text.raw("mamba_d_head");
  if (given !== undefined && given !== "auto") return text.count("mamba_d_head");
  const inner = text.countIfGiven("mamba_d_ssm") ?? text.count("mamba_expand") * hiddenSize;
  if (inner % heads > 0) {
    text.fail("mamba_n_heads", `${heads} does not divide the width of the state, ${inner}: give a number that does`);
    return NaN;
  }
  return inner / heads;
}

const graniteMamba = (text: Keys, trunk: Trunk): Layer =>
  readMamba2(text, trunk, { bias: text.flag("mamba_proj_bias", false), norm: true });
const graniteAttention = fullAttention(ATTENTION_BIAS);

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

export const MAMBA: Readonly<Record<string, TextReader>> = {
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
    mixers: byKinds((_, { layers }) => ({ key: "", kinds: eachLayer(layers, () => "both") }), {
      both: (text, trunk, heads) => {
        const halves = [
          fullAttention(ATTENTION_BIAS)(text, trunk, heads),
          readMamba2(text, trunk, {
            bias: text.flag("mamba_proj_bias", false),
            norm: text.flag("mamba_rms_norm", false),
          }),
        ];
        return {
          weights: sumWeights(halves.map(({ weights }) => weights)),
          keeps: halves.flatMap(({ keeps = [] }) => keeps),
        };
      },
    }),
    feedForwards: dense({ bias: { key: "mlp_bias" } }),
  }),
  jamba: decoder({
    mixers: byKinds((text, trunk) => ({ key: "attn_layer_period", kinds: jambaKinds(text, trunk) }), {
      attention: fullAttention({}),
      mamba: jambaMamba,
    }),
    feedForwards: mixture({
      count: ["num_experts"],
      perToken: ["num_experts_per_tok"],
      width: "intermediate_size",
      isSparse: jambaSparse,
    }),
  }),
};
