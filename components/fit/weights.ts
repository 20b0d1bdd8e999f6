/** Bytes of the weights, over all GPUs and on one. */
import { type Architecture, WEIGHT_PARTS, type WeightPart } from "../facts/models/architecture.js";
import { type Precision, PRECISIONS } from "../facts/precisions.js";
import { layerGroups } from "./kvCache/layers.js";

/** Parameters of a kind, and their bits as served. */
interface Part {
  parameters: number;
  bits: number;
}

const LINEAR = "linear";
type PartName = WeightPart | typeof LINEAR;

/** Parts that every GPU has whole. */
const WHOLE: ReadonlySet<PartName> = new Set(["latent", "router", "norms", "encoder"]);

/** A model's parts; of one whose parts are not stated, embeddings and linear layers. */
function parts(model: Architecture, precision: Precision): Map<PartName, Part> {
  const { linearBits, quantised } = PRECISIONS[precision];
  const bitsOf = (part: WeightPart): number => (quantised.includes(part) ? linearBits : 16);
  const matrix = model.vocabularySize * model.hiddenSize;
  const stated: NonNullable<Architecture["weights"]> = model.weights ?? {
    embedding: { parameters: matrix },
    ...(!model.tiedEmbeddings && { output: { parameters: matrix } }),
  };
  const isPublished = isAsPublished(model, precision);
  const named = WEIGHT_PARTS.flatMap((name): Array<[PartName, Part]> => {
    const part = stated[name];
    if (part === undefined) return [];
    const bits = (isPublished ? part.bits : undefined) ?? bitsOf(name);
    return [[name, { parameters: part.parameters, bits }]];
  });
  const rest = model.parameters - named.reduce((sum, [, { parameters }]) => sum + parameters, 0);
  // Of a precision of experts alone the rest has 16 bits: too much, where nobody says what is an expert.
  return new Map([...named, [LINEAR, { parameters: Math.max(0, rest), bits: bitsOf("feedForward") }]]);
}

/** Whether the weights are served as they were published: bits and sizes that are known of them hold for nothing else. */
function isAsPublished({ precision: published }: Architecture, precision: Precision): boolean {
  return published === undefined || published === precision;
}

const bytesOf = ({ parameters, bits }: Part): number => (parameters * bits) / 8;

/** Bytes of all weights, once. */
export function weightBytes(model: Architecture, precision: Precision): number {
  const measured = isAsPublished(model, precision) ? model.weightsGiB : undefined;
  if (measured !== undefined) return measured * 2 ** 30;
  return [...parts(model, precision).values()].reduce((sum, part) => sum + bytesOf(part), 0);
}

/** How weights are spread over GPUs. */
export interface Split {
  /** GPUs of a copy of the attention layers. */
  tensorParallel: number;
  /** Copies of the attention layers; experts are spread over all copies' GPUs. */
  dataParallel: number;
  /** Towers that no prompt may use are not loaded. @default false */
  isWithoutEncoder?: boolean;
}

/** Bytes of the weights on one GPU. */
export function weightBytesPerGpu(model: Architecture, precision: Precision, split: Split): number {
  if (isAsPublished(model, precision) && model.weightsGiB !== undefined) {
    return weightBytes(model, precision) / split.tensorParallel;
  }
  return [...parts(model, precision)]
    .filter(([name]) => name !== "encoder" || !split.isWithoutEncoder)
    .reduce(
      (sum, [name, part]) => sum + bytesOf({ ...part, parameters: parametersPerGpu(name, part, model, split) }),
      madeBytesPerGpu(model, split),
    );
}

/** What vLLM makes of the weights and keeps beside them, in 16 bits. */
function madeBytesPerGpu({ made = {} }: Architecture, { tensorParallel }: Split): number {
  return 2 * ((made.rotary ?? 0) + (made.unfolded ?? 0) / tensorParallel);
}

function parametersPerGpu(
  name: PartName,
  { parameters }: Part,
  model: Architecture,
  { tensorParallel, dataParallel }: Split,
): number {
  if (WHOLE.has(name)) return parameters;
  // Whole experts or slices of each: as many either way.
  if (name === "experts") return parameters / (tensorParallel * dataParallel);
  const hasProjections = name === (model.weights?.attention === undefined ? LINEAR : "attention");
  return parameters / tensorParallel + (hasProjections ? copiedProjections(model, tensorParallel, parameters) : 0);
}

/**
 * Where GPUs are more than a layer's KV heads, each has a whole head's projections (`QKVParallelLinear`).
 *
 * @param parameters of the part that has the projections: of a model that is described in part, no more is copied than that
 */
function copiedProjections(model: Architecture, tensorParallel: number, parameters: number): number {
  let [projections, copied] = [0, 0];
  for (const group of layerGroups(model)) {
    if (!("kvHeads" in group)) continue;
    const { layers, kvHeads, headSize, valueHeadSize = headSize } = group;
    const ofHead = layers * model.hiddenSize * (headSize + valueHeadSize);
    projections += kvHeads * ofHead;
    copied += ofHead * Math.max(0, 1 - kvHeads / tensorParallel);
  }
  return copied === 0 ? 0 : copied * Math.min(1, parameters / projections);
}
