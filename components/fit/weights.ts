import type { Architecture } from "../facts/models/architecture.js";
import { type Precision, PRECISIONS } from "../facts/precisions.js";

/** Bytes of all weights, over all GPUs. */
export function weightBytes(model: Architecture, precision: Precision): number {
  if (model.weightsGiB !== undefined) return model.weightsGiB * 2 ** 30;
  const { linearBits, embeddingBits } = PRECISIONS[precision];
  const embedding = (model.tiedEmbeddings ? 1 : 2) * model.vocabularySize * model.hiddenSize;
  return (Math.max(0, model.parameters - embedding) * linearBits + embedding * embeddingBits) / 8;
}
