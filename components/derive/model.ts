/** What follows from a model's name: its shape, its precision, whether the hub asks for a token. */
import type { Architecture } from "../facts/models/architecture.js";
import { MODELS } from "../facts/models/catalogue.js";
import { type Precision, PRECISIONS } from "../facts/precisions.js";
import type { ReleaseConfig } from "../contract/schema.js";

type ModelConfig = ReleaseConfig["model"];

/** Precision as served. */
export function precisionOf({ id, precision }: Pick<ModelConfig, "id" | "precision">): Precision {
  return precision ?? MODELS[id]?.precision ?? "bf16";
}

/** Precision of the weights as published; as served where the catalogue does not know the model. */
function publishedPrecision(model: Pick<ModelConfig, "id" | "precision">): Precision {
  return MODELS[model.id]?.precision ?? precisionOf(model);
}

export function isQuantizedAtLoad(model: Pick<ModelConfig, "id" | "precision" | "quantizeAtLoad">): boolean {
  const served = precisionOf(model);
  return model.quantizeAtLoad ?? (PRECISIONS[served].isMadeAtLoad === true && publishedPrecision(model) !== served);
}

/** Precision of the files that are downloaded. */
export function downloadedPrecision(model: Pick<ModelConfig, "id" | "precision" | "quantizeAtLoad">): Precision {
  return isQuantizedAtLoad(model) ? "bf16" : publishedPrecision(model);
}

export function isGated({ id, gated }: Pick<ModelConfig, "id" | "gated">): boolean {
  return gated ?? MODELS[id]?.gated ?? false;
}

/** The catalogue's shape of a model; `undefined` where it does not know it. */
export function cataloguedShape(id: string): Architecture | undefined {
  const known = MODELS[id];
  if (known === undefined) return undefined;
  const { weightsGiB: _, precision: __, pooling: ___, gated: ____, source: _____, ...shape } = known;
  return shape;
}

/** Measured size of the weights as loaded; it holds for the published precision only. */
export function measuredWeightsGiB({ id, precision }: Pick<ModelConfig, "id" | "precision">): number | undefined {
  const known = MODELS[id];
  return precision === undefined || precision === known?.precision ? known?.weightsGiB : undefined;
}
