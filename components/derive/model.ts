/** What follows from a model's name: its shape, its precision, whether the hub asks for a token. */
import type { Architecture } from "../facts/models/architecture.js";
import { MODELS } from "../facts/models/catalogue.js";
import { type Precision, PRECISIONS } from "../facts/precisions.js";
import type { ReleaseConfig } from "../contract/schema.js";

type ModelConfig = ReleaseConfig["model"];

/** What decides a model's precision. */
type Source = Pick<ModelConfig, "id" | "precision" | "quantizeAtLoad"> & {
  /** Of the weights, as the stated shape has it. */
  published?: Precision | undefined;
};

/** Precision as served. */
export function precisionOf(model: Source): Precision {
  return model.precision ?? statedPrecision(model) ?? "bf16";
}

/** Precision of the weights as the catalogue or the stated shape has it. */
function statedPrecision({ id, published }: Source): Precision | undefined {
  return MODELS[id]?.precision ?? published;
}

/** Precision of the weights as published; as served where nobody says. */
function publishedPrecision(model: Source): Precision {
  return statedPrecision(model) ?? precisionOf(model);
}

export function isQuantizedAtLoad(model: Source): boolean {
  const served = precisionOf(model);
  return model.quantizeAtLoad ?? (PRECISIONS[served].isMadeAtLoad === true && publishedPrecision(model) !== served);
}

/** Precision of the files that are downloaded. */
export function downloadedPrecision(model: Source): Precision {
  return isQuantizedAtLoad(model) ? "bf16" : publishedPrecision(model);
}

export function isGated({ id, gated }: Pick<ModelConfig, "id" | "gated">): boolean {
  return gated ?? MODELS[id]?.gated ?? false;
}

/** The catalogue's shape of a model; `undefined` where it does not know it. */
export function cataloguedShape(id: string): Architecture | undefined {
  const known = MODELS[id];
  if (known === undefined) return undefined;
  const { task: _, pooling: __, revision: ___, gated: ____, ...shape } = known;
  return shape;
}
