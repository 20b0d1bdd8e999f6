/**
 * `quantization_config` of a config.json by its `quant_method`, as vLLM reads it.
 *
 * Source: vllm/model_executor/layers/quantization (`from_config` and `get_quant_method` of each method) in vLLM 0.33.0, and in 0.28.0
 * for bitsandbytes.
 */
import type { Keys } from "../keys.js";
import { compressedTensors } from "./compressedTensors.js";
import { autoRound, awq, gptq } from "./grouped.js";
import { modelOpt } from "./modelOpt.js";
import { allLinear, listed, type Recipe } from "./recipe.js";
import { floats, integers, type Scheme, usual } from "./schemes.js";

/** @param text the section of the language model; @returns `undefined` where a problem was recorded */
type MethodReader = (section: Keys, text: Keys) => Recipe | undefined;

export const METHODS: ReadonlyMap<string, MethodReader> = new Map(
  Object.entries({
    fp8: (section) => allLinear(usual("fp8"), listed(section, "modules_to_not_convert", "ignored_layers", "ignore")),
    fbgemm_fp8: (section) => allLinear(usual("fp8"), listed(section, "modules_to_not_convert")),
    "compressed-tensors": compressedTensors,
    modelopt: modelOpt,
    modelopt_fp4: modelOpt,
    modelopt_mixed: modelOpt,
    awq,
    gptq,
    "auto-round": autoRound,
    mxfp4,
    bitsandbytes,
    quark,
  } satisfies Record<string, MethodReader>),
);

/** Experts alone, of gpt-oss: whatever else is not on its list stays in 16 bits, too (`Mxfp4Config.get_quant_method`). */
function mxfp4(_: Keys, text: Keys): Recipe {
  const { precision, bits } = usual("mxfp4");
  const scheme = { precision, bits: bits * paddingOfExperts(text) };
  return ({ isExpert }) => (isExpert ? scheme : undefined);
}

/**
 * How much longer experts are in memory than in their files: the Marlin kernel wants a hidden size in steps of 256 and a width in steps of 128
 * (`mxfp4_round_up_hidden_size_and_intermediate_size`, vllm/model_executor/layers/fused_moe/oracle/mxfp4.py, 0.33.0). Other kernels take less.
 * Checked: gives 65.90 GiB for gpt-oss-120b, of which servers' logs say 64.38 and 65.97, and 13.67 for gpt-oss-20b, 13.72 in the logs.
 */
function paddingOfExperts(text: Keys): number {
  const padded = (name: string, step: number) => {
    const size = text.raw(name);
    return typeof size === "number" && size > 0 ? (Math.ceil(size / step) * step) / size : 1;
  };
  return padded("hidden_size", 256) * padded("intermediate_size", 128);
}

function bitsandbytes(section: Keys): Recipe {
  return allLinear(bitsAndBytesScheme(section), listed(section, "llm_int8_skip_modules"));
}

function bitsAndBytesScheme(section: Keys): Scheme {
  if (!section.flag("load_in_4bit", false)) return usual("bnb-8bit");
  // A 32-bit scale for each block of 64, unless scales are quantised again.
  const { precision, bits } = usual("bnb-4bit");
  return { precision, bits: section.flag("bnb_4bit_use_double_quant", false) ? bits : 4 + 32 / 64 };
}

/** AMD Quark: one scheme for all, and layers that are left out. */
function quark(section: Keys): Recipe | undefined {
  const global = section.section("global_quant_config");
  const weight = Array.isArray(global?.raw("weight")) ? global?.sections("weight")?.[0] : global?.section("weight");
  const type = weight?.text("dtype") ?? "";
  const groupSize = weight?.countIfGiven("group_size");
  const bits = Number(/\d+/.exec(type)?.[0]);
  const scheme = /^u?int/.test(type)
    ? integers({ bits, groupSize: groupSize ?? 0, fourBits: "int4" })
    : floats(bits, groupSize);
  if (scheme === undefined || Number.isNaN(bits)) {
    section.fail("global_quant_config.weight.dtype", "is none that is read: use fp8_e4m3, int8, int4 or fp4");
    return undefined;
  }
  if ((section.section("layer_quant_config")?.names() ?? []).length > 0) {
    section.note(
      `${section.pathOf("layer_quant_config")} was not read: all layers are counted as global_quant_config says`,
    );
  }
  return allLinear(scheme, listed(section, "exclude"));
}
