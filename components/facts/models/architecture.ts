/** The shape of a model as vLLM sees it: what its weights, its KV cache and its encoders cost. */

import type { Precision } from "../precisions.js";
import type { WeightPart } from "./weightParts.js";

export { WEIGHT_PARTS, type WeightPart } from "./weightParts.js";

/** Layers that keep the same in the KV cache. What a layer keeps is split over the GPUs by heads, unless the kind says otherwise. */
export type LayerGroup =
  /** Keys and values of every token. */
  | { kind: "full"; layers: number; kvHeads: number; headSize: number; valueHeadSize?: number }
  /** Keys and values of the last `tokens` tokens. */
  | { kind: "window"; layers: number; kvHeads: number; headSize: number; valueHeadSize?: number; tokens: number }
  /** Keys and values of the present chunk of `tokens` tokens (Llama 4). */
  | { kind: "chunked"; layers: number; kvHeads: number; headSize: number; valueHeadSize?: number; tokens: number }
  /**
   * One vector of `width` elements a token, copied to every GPU (multi-head latent attention): `kv_lora_rank + qk_rope_head_dim`.
   * `indexWidth`: elements of the key that picks the tokens to attend to (DeepSeek sparse attention, `index_head_dim`).
   */
  | { kind: "latent"; layers: number; width: number; indexWidth?: number }
  /**
   * A state of fixed size a sequence (Mamba, gated delta nets, other linear attention, short convolutions), over all GPUs:
   * elements of the convolution, of the model's own type, and of the recurrence, of `recurrentBytes` each.
   */
  | { kind: "state"; layers: number; convolution: number; recurrent: number; recurrentBytes: 2 | 4 }
  /** Layers that read the keys and values of other layers and keep none. */
  | { kind: "shared"; layers: number };

/** Weights of a kind. */
export interface PartWeights {
  parameters: number;
  /** Bits a parameter as published, scales included. @default by the release's precision */
  bits?: number;
}

/** A tower for images and video; vLLM runs it once on the largest item before it measures what is left. */
export interface Encoder {
  layers: number;
  hiddenSize: number;
  intermediateSize: number;
  heads: number;
  /** Patches of the largest image that the model's own processor allows. */
  imagePatches: number;
  /** Patches of the largest video; left out where the model takes none. */
  videoPatches?: number;
  /** Patches that become one token of the language model. */
  patchesPerToken: number;
  /** Tokens of the largest item, where one step has to hold all of an item. @default items are cut */
  wholeItemTokens?: number;
}

export interface Architecture {
  /** All parameters that are loaded, also those of experts that a token does not use. A tied output matrix counts once. */
  parameters: number;
  /** Layers of the language model, of every kind. */
  layers: number;
  hiddenSize: number;
  /** Width of the feed-forward layers; of one expert in a mixture of experts. */
  intermediateSize: number;
  attentionHeads: number;
  kvHeads: number;
  headSize: number;
  vocabularySize: number;
  /** Whether input and output embeddings are one matrix. */
  tiedEmbeddings: boolean;
  /** Longest context the model was made for, in tokens (`max_position_embeddings`). */
  maxContext: number;
  /** Layers that attend to a window only, and its size in tokens. @default none */
  slidingWindow?: { layers: number; tokens: number };
  /** What the layers keep in the KV cache, where `kvHeads`, `headSize` and `slidingWindow` do not say it. */
  attention?: LayerGroup[];
  /**
   * Experts of a mixture: how many there are in a layer, how many a token passes, and elements of a token's vector as they take it, by
   * default `hiddenSize`. @default none
   */
  experts?: { count: number; perToken: number; width?: number };
  /** Parameters by kind; those that are in none are linear layers, split and quantised. @default embeddings and linear layers */
  weights?: Partial<Record<WeightPart, PartWeights>>;
  /** What vLLM makes while it loads the weights and keeps beside them, in elements of 16 bits. @default nothing */
  made?: {
    /** Tables of rotary positions, whole on every GPU. */
    rotary?: number;
    /** Second copies of what unfolds latent attention, split by heads. */
    unfolded?: number;
  };
  /** @default none */
  encoder?: Encoder;
  /** Side of the blocks that fp8 weights are scaled by (`weight_block_size` of config.json). @default not known */
  fp8BlockSize?: number;
  /** Precision of the published weights. @default not known: the one that is served */
  precision?: Precision;
  /** Size of the weights as loaded, in GiB, where it does not follow from parameters and precision. */
  weightsGiB?: number;
}
