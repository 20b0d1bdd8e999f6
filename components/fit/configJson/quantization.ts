/** What a config.json says of how its weights are stored. */
import { didYouMean, listOr, quote } from "../../config/problems.js";
import type { WeightPart } from "../../facts/models/architecture.js";
import { LINEAR_PARTS, type Precision, PRECISIONS } from "../../facts/precisions.js";
import type { Keys } from "./keys.js";
import type { Weights } from "./layers.js";
import { blockSizeOf } from "./quantization/compressedTensors.js";
import { METHODS } from "./quantization/methods.js";
import { modulesOf } from "./quantization/modules.js";
import type { Recipe } from "./quantization/recipe.js";
import type { Scheme } from "./quantization/schemes.js";

export interface Quantization {
  /** As published: that of most of the weights that are quantised. */
  precision: Precision;
  /** Bits a weight of the parts that differ from what {@link PRECISIONS} says, averaged over the layers. */
  bits: Partial<Record<WeightPart, number>>;
  fp8BlockSize?: number;
}

/** The weights of a model as its config.json has them. */
export interface WeightsByLayer {
  /** Parameters of each layer, by part. */
  layers: readonly Weights[];
  /** Parameters of the output matrix; 0 where it is the input's. */
  output: number;
}

const SIXTEEN = 16;

/**
 * @param config the whole config.json
 * @param text the section of the language model; the same where there is one section
 */
export function readQuantization(config: Keys, text: Keys, weights: WeightsByLayer): Quantization {
  const published = sixteenBits(config, text);
  const section = sectionOf(config, text);
  const recipe = section && recipeOf(section, text);
  if (section === undefined || recipe === undefined) return { precision: published, bits: {} };
  const tally = new Tally();
  for (const part of LINEAR_PARTS) {
    const modules = modulesOf(part, text);
    weights.layers.forEach((layer, index) => {
      const parameters = layer[part] ?? 0;
      for (const { names, share } of parameters > 0 ? modules : []) {
        const inLayer = names.map((name) => `layers.${index}.${name}`);
        tally.add(part, parameters * share, recipe({ names: inLayer, isOutput: false, isExpert: part === "experts" }));
      }
    });
  }
  tally.add("output", weights.output, recipe({ names: ["lm_head"], isOutput: true, isExpert: false }));
  const fp8BlockSize = section.counts("weight_block_size")?.[0] ?? blockSizeOf(section);
  const precision = tally.precision() ?? published;
  return { precision, bits: tally.differingFrom(precision), ...(fp8BlockSize !== undefined && { fp8BlockSize }) };
}

/** vLLM reads it at the top, of the language model, or under an older name (`_get_quantization_config`, vllm/config/model.py). */
function sectionOf(config: Keys, text: Keys): Keys | undefined {
  const name = config.nameOf("quantization_config", "compression_config");
  return config.section(name) ?? text.section("quantization_config");
}

/** bf16 or fp16; vLLM makes bf16 of 32 bits (`_resolve_auto_dtype`, vllm/config/model.py). */
function sixteenBits(config: Keys, text: Keys): Precision {
  const from = text.has(text.nameOf("dtype", "torch_dtype")) ? text : config;
  const key = from.nameOf("dtype", "torch_dtype");
  const type = from.text(key)?.replace(/^torch\./, "");
  if (type === "float16" || type === "half") return "fp16";
  if (type === undefined) config.note(`${config.pathOf("dtype")} is absent: bfloat16 is taken`);
  else if (!["bfloat16", "float32", "float"].includes(type)) {
    from.fail(key, `${quote(type)} is no type that vLLM serves: use bfloat16, float16 or float32`);
  }
  return "bf16";
}

function recipeOf(section: Keys, text: Keys): Recipe | undefined {
  // Model Optimizer's own file, hf_quant_config.json, names the algorithm alone.
  const unnamed = section.has("quant_algo") || section.has("quantization") ? "modelopt" : undefined;
  const method = section.text("quant_method")?.toLowerCase() ?? unnamed;
  const read = METHODS.get(method ?? "");
  if (read !== undefined) return read(section, text);
  const known = [...METHODS.keys()];
  section.fail(
    "quant_method",
    method === undefined
      ? `is missing: give ${listOr(known)}`
      : `${quote(method)} is not read: use ${listOr(known)}${didYouMean(method, known) || "."} ` +
          "Or state the size of the weights in model.architecture.weightsGiB",
  );
  return undefined;
}

/** How many weights of each part are stored how. */
class Tally {
  private readonly parts = new Map<WeightPart, { parameters: number; bits: number }>();
  private readonly schemes = new Map<Precision, { parameters: number; isOfExpertsAlone: boolean }>();

  add(part: WeightPart, parameters: number, scheme: Scheme | undefined): void {
    if (!(parameters > 0)) return;
    const sum = this.parts.get(part) ?? { parameters: 0, bits: 0 };
    const bits = sum.bits + parameters * (scheme?.bits ?? SIXTEEN);
    this.parts.set(part, { parameters: sum.parameters + parameters, bits });
    if (scheme === undefined) return;
    const { parameters: before, isOfExpertsAlone } = this.schemes.get(scheme.precision) ?? {
      parameters: 0,
      isOfExpertsAlone: true,
    };
    this.schemes.set(scheme.precision, {
      parameters: before + parameters,
      isOfExpertsAlone: isOfExpertsAlone && part === "experts",
    });
  }

  /** That of most weights; `undefined` where all have 16 bits. */
  precision(): Precision | undefined {
    const [most] = [...this.schemes].sort(([, one], [, other]) => other.parameters - one.parameters);
    if (most === undefined) return undefined;
    const [precision, { isOfExpertsAlone }] = most;
    return precision === "int4" && isOfExpertsAlone ? "int4-experts" : precision;
  }

  /** Bits of the parts that have others than a precision gives them. */
  differingFrom(precision: Precision): Partial<Record<WeightPart, number>> {
    const { quantised, linearBits } = PRECISIONS[precision];
    const bits: Partial<Record<WeightPart, number>> = {};
    for (const [part, sum] of this.parts) {
      const average = Number((sum.bits / sum.parameters).toFixed(6));
      const usual = quantised.includes(part) ? linearBits : SIXTEEN;
      if (Math.abs(average - usual) > 1e-6) bits[part] = average;
    }
    return bits;
  }
}
