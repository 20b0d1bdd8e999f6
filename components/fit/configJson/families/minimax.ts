/** MiniMax-Text-01 and M1: lightning attention, and plain attention in some layers, by `model_type`; sources as in dense.ts. */
import { decoder, type TextReader } from "../decoder.js";
import { mixture } from "../feedForwards.js";
import { byKinds, type KindsReader } from "../kinds.js";
import { fullAttention } from "../mixers.js";
import { lightning } from "../states.js";
import { sharedByWidth } from "./mixtures.js";

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
    1: fullAttention({}),
    0: (_, { hiddenSize, heads }, { headSize }) => lightning(hiddenSize, heads, headSize),
  }),
  feedForwards: mixture({
    count: ["num_local_experts"],
    perToken: ["num_experts_per_tok"],
    width: "intermediate_size",
    sharedWidth: sharedByWidth("shared_intermediate_size"),
  }),
});

export const MINIMAX: Readonly<Record<string, TextReader>> = {
  minimax,
  minimax_text_01: minimax,
  minimax_m1: minimax,
};
