/** LFM2: short convolutions, and attention in some layers, by `model_type`; sources as in dense.ts. */
import { decoder, type TextReader } from "../decoder.js";
import { type FeedForwardsReader, mixture } from "../feedForwards.js";
import type { Keys } from "../keys.js";
import { byKinds, listedKinds } from "../kinds.js";
import { eachLayer, type Layer } from "../layers.js";
import { fullAttention } from "../mixers.js";
import { shortConvolution } from "../states.js";
import type { Trunk } from "../trunk.js";

/** LFM2: the layers of `full_attn_idxs` have attention, the others a short convolution. */
function lfmKinds(text: Keys, { layers }: Trunk): string[] {
  const full = text.counts("full_attn_idxs");
  return eachLayer(layers, (index) => (full?.includes(index) === false ? "conv" : "full_attention"));
}

function lfm(feedForwards: FeedForwardsReader): TextReader {
  return decoder({
    mixers: byKinds(listedKinds(["layer_types"], lfmKinds), {
      full_attention: fullAttention({ queryKeyNorm: "head" }),
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

export const LFM: Readonly<Record<string, TextReader>> = {
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
};
