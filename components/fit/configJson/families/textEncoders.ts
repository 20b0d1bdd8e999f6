/**
 * Families that make vectors and scores alone: every token sees all others, and nothing is kept in a KV cache.
 * Sources as in dense.ts, and vllm/model_executor/models/{bert,roberta,bert_with_rope,modernbert}.py, 0.33.
 */
import { decoder, type TextReader } from "../decoder.js";
import { denseWeights, type FeedForwardsReader } from "../feedForwards.js";
import type { Keys } from "../keys.js";
import { eachLayer } from "../layers.js";
import { attentionWeights, type MixersReader, type Trait } from "../mixers.js";
import { readHeadSize, type Trunk } from "../trunk.js";

/** Attention of as many key as query heads, which keeps nothing. */
function bidirectional(bias: Trait): MixersReader {
  return (text, trunk) => {
    const heads = { kvHeads: trunk.heads, headSize: readHeadSize(text, trunk.hiddenSize, trunk.heads) };
    const weights = attentionWeights(text, { ...trunk, ...heads }, { qkvBias: bias, outputBias: bias });
    return { ...heads, layers: eachLayer(trunk.layers, () => ({ weights })) };
  };
}

function feedForwards(
  matrices: 2 | 3,
  biases: (text: Keys, hiddenSize: number, width: number) => number,
): FeedForwardsReader {
  return (text, { hiddenSize, layers }) => {
    const width = text.count(text.nameOf("intermediate_size", "n_inner"));
    const { feedForward } = denseWeights(text, hiddenSize, width, { matrices });
    const weights = { feedForward, norms: biases(text, hiddenSize, width) };
    return { layers: eachLayer(layers, () => ({ weights })), width };
  };
}

/** Vectors of positions, and of the parts of a pair of texts. */
function tables(...keys: readonly string[]) {
  return (text: Keys, { hiddenSize }: Trunk) => ({
    embedding: keys.reduce((sum, key) => sum + text.count(key, { min: 0, default: 0 }), 0) * hiddenSize,
  });
}

// BERT's embeddings have a norm, and its layers end with one: as many as in a decoder.
const bert = decoder({
  mixers: bidirectional(true),
  feedForwards: feedForwards(2, (_, hiddenSize, width) => hiddenSize + width),
  normBias: true,
  scoreHead: true,
  beside: tables("max_position_embeddings", "type_vocab_size"),
});

export const TEXT_ENCODERS: Readonly<Record<string, TextReader>> = {
  bert,
  roberta: bert,
  "xlm-roberta": bert,
  nomic_bert: decoder({
    mixers: bidirectional(false),
    feedForwards: feedForwards(3, () => 0),
    normBias: true,
    beside: tables("type_vocab_size"),
  }),
  // Alibaba's GTE: of the matrices of a feed-forward only the last has a bias.
  new: decoder({
    mixers: bidirectional(true),
    scoreHead: true,
    feedForwards: feedForwards(3, (_, hiddenSize) => hiddenSize),
    normBias: true,
    beside: tables("type_vocab_size"),
  }),
  // One norm more for the embeddings, one less in the first layer.
  modernbert: decoder({
    mixers: bidirectional({ key: "attention_bias" }),
    scoreHead: true,
    feedForwards: feedForwards(3, () => 0),
  }),
};
