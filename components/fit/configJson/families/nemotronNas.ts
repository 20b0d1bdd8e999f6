/** Llama-Nemotron (`nemotron-nas`): a Llama whose layers a search has narrowed or left out, one by one (vllm/model_executor/models/nemotron_nas.py, 0.33). */
import { decoder, type TextReader } from "../decoder.js";
import type { FeedForwardsReader } from "../feedForwards.js";
import type { Keys } from "../keys.js";
import type { Layer } from "../layers.js";
import { ATTENTION_BIAS, attentionWeights, kept, type MixersReader } from "../mixers.js";
import { readHeadSize, type Trunk } from "../trunk.js";

/** Widths of feed-forwards are multiples of it. */
const WIDTH_MULTIPLE = 256;

function blocks(text: Keys, { layers }: Trunk): Keys[] {
  if (!text.has("block_configs")) text.fail("block_configs", "is missing: give the block of each layer");
  return text.ofLength("block_configs", text.sections("block_configs") ?? [], layers);
}

/** A half of a block that is there; `undefined` where the search has left it out. */
function half(block: Keys, name: string): Keys | undefined {
  const section = block.section(name);
  if (section === undefined && !block.has(name)) block.fail(name, "is missing: give what the layer has");
  if (section?.flag("replace_with_linear", false)) {
    section.fail("replace_with_linear", "true can't be read: state the model's shape in model.architecture");
  }
  return section?.flag("no_op", false) ? undefined : section;
}

const mixers: MixersReader = (text, trunk) => {
  const headSize = readHeadSize(text, trunk.hiddenSize, trunk.heads);
  const read = blocks(text, trunk).map((block) => {
    const attention = half(block, "attention");
    if (attention === undefined) return undefined;
    const inGroup = attention.count("n_heads_in_group");
    if (trunk.heads % inGroup > 0) {
      attention.fail("n_heads_in_group", `${inGroup} does not divide num_attention_heads, ${trunk.heads}`);
    }
    return { kvHeads: Math.floor(trunk.heads / inGroup), headSize };
  });
  const layers = read.map((heads): Layer => {
    if (heads === undefined) return { weights: {} };
    const weights = attentionWeights(text, { ...trunk, ...heads }, ATTENTION_BIAS);
    return {
      weights: { ...weights, norms: (weights.norms ?? 0) + trunk.hiddenSize },
      keeps: [kept({ kind: "full" }, heads)],
    };
  });
  const most = read.reduce((sum, heads) => Math.max(sum, heads?.kvHeads ?? 0), 0);
  return { layers, kvHeads: most === 0 ? trunk.heads : most, headSize };
};

const feedForwards: FeedForwardsReader = (text, trunk) => {
  const { hiddenSize } = trunk;
  const widths = blocks(text, trunk).map((block) => {
    const section = half(block, "ffn");
    if (section === undefined) return 0;
    if (section.has("intermediate_size")) return section.count("intermediate_size");
    const narrowed = Math.floor((2 * section.factor("ffn_mult") * hiddenSize) / 3);
    return WIDTH_MULTIPLE * Math.ceil(narrowed / WIDTH_MULTIPLE);
  });
  return {
    layers: widths.map((width) => ({
      weights: width === 0 ? {} : { feedForward: 3 * hiddenSize * width, norms: hiddenSize },
    })),
    width: widths.reduce((most, width) => Math.max(most, width), 0),
  };
};

export const NEMOTRON_NAS: Readonly<Record<string, TextReader>> = {
  // A half that is left out has no norm either, so halves count their own.
  "nemotron-nas": decoder({ mixers, feedForwards, norms: 0 }),
};
