/** Kinds of weights that differ in how they are quantised, or split over the GPUs. */
export const WEIGHT_PARTS = [
  /** Input embeddings, split by vocabulary. */
  "embedding",
  /** Output matrix; none where it is the input's. */
  "output",
  /** Embeddings that every layer has of its own (Gemma 3n and 4), split by vocabulary. */
  "layerEmbedding",
  /** Projections of attention, split by heads. */
  "attention",
  /** Down-projections of latent attention, whole on every GPU. */
  "latent",
  /** Layers with a state: Mamba, gated delta nets and the like. */
  "state",
  /** Feed-forward layers that every token passes. */
  "feedForward",
  /** Experts that a token is routed to, split by width, or whole experts over the GPUs. */
  "experts",
  /** Experts that every token passes. */
  "sharedExperts",
  /** What chooses the experts, whole on every GPU. */
  "router",
  /** Norms and other vectors, whole on every GPU. */
  "norms",
  /** Towers for images, video or sound, and what connects them. */
  "encoder",
] as const;

export type WeightPart = (typeof WEIGHT_PARTS)[number];
