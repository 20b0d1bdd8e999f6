import type { Keys } from "./keys.js";

/** Names of GPT-2's time, which some encoders still have. */
const ALIASES = {
  hiddenSize: ["hidden_size", "n_embd"],
  layers: ["num_hidden_layers", "n_layer"],
  heads: ["num_attention_heads", "n_head"],
} as const;

/** Most layers that are believed; the deepest model of vLLM's registry has some 160. */
const MOST_LAYERS = 1000;
/** Nemotron-H's list of the kinds of its layers. */
const LISTED_LAYERS = "layers_block_type";
/** Widest model that is believed. */
const WIDEST = 2 ** 17;
/** Most attention heads that are believed. */
const MOST_HEADS = 2 ** 12;

/** What all layers of a language model share. */
export interface Trunk {
  hiddenSize: number;
  layers: number;
  /** Query heads. */
  heads: number;
}

/** Heads of keys and values, and their size. */
export interface KvHeads {
  kvHeads: number;
  headSize: number;
}

export function readTrunk(text: Keys): Trunk {
  return {
    hiddenSize: text.count(text.nameOf(...ALIASES.hiddenSize), { max: WIDEST }),
    layers: readLayers(text),
    heads: text.count(text.nameOf(...ALIASES.heads), { max: MOST_HEADS }),
  };
}

/** Nemotron-H's newer files have no number of layers, but a list of their kinds. */
function readLayers(text: Keys): number {
  const key = text.nameOf(...ALIASES.layers);
  const listed = text.has(key) ? undefined : text.texts(LISTED_LAYERS);
  if (listed === undefined) return text.count(key, { max: MOST_LAYERS });
  if (listed.length > 0 && listed.length <= MOST_LAYERS) return listed.length;
  text.fail(
    LISTED_LAYERS,
    `${listed.length} items are no number of layers: give 1 to ${MOST_LAYERS}, one for each layer`,
  );
  return NaN;
}

/** Heads of grouped-query attention. vLLM: as many as query heads where the key is left out (vllm/transformers_utils/model_arch_config_convertor.py, 0.33). */
export function readKvHeads(text: Keys, { hiddenSize, heads }: Trunk): KvHeads {
  const kvHeads = text.countIfGiven("num_key_value_heads", { max: MOST_HEADS }) ?? heads;
  if (heads % kvHeads > 0) {
    text.fail(
      "num_key_value_heads",
      `${kvHeads} does not divide num_attention_heads, ${heads}: each head of keys and values serves equally many query heads`,
    );
  }
  return { kvHeads, headSize: readHeadSize(text, hiddenSize, heads) };
}

/** Size of a head: `head_dim`, or the width over the heads. */
export function readHeadSize(text: Keys, hiddenSize: number, heads: number): number {
  const given = text.countIfGiven("head_dim", { max: WIDEST });
  if (given !== undefined) return given;
  if (hiddenSize % heads > 0) {
    text.fail(
      "num_attention_heads",
      `${heads} does not divide hidden_size, ${hiddenSize}: give a number that does, or head_dim`,
    );
    return NaN;
  }
  return hiddenSize / heads;
}
