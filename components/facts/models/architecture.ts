/** The shape of a decoder-only transformer: what its weights and its KV cache cost. */
export interface Architecture {
  /** All parameters, also those of experts that a token does not use. A tied output matrix counts once. */
  parameters: number;
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
  /** Side of the blocks that fp8 weights are scaled by (`weight_block_size` of config.json). @default not known */
  fp8BlockSize?: number;
  /** Size of the weights as loaded, in GiB, where it does not follow from parameters and precision. */
  weightsGiB?: number;
}
