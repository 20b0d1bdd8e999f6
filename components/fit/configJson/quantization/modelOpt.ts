/**
 * `quant_method: modelopt`, NVIDIA's Model Optimizer: one algorithm, or one for each of some modules.
 *
 * Source: vllm/model_executor/layers/quantization/modelopt.py (`QUANT_ALGOS`, `from_config`, `_resolve_quant_algo`), vLLM 0.33.0.
 */
import { didYouMean, listOr, quote } from "../../../config/problems.js";
import type { Precision } from "../../../facts/precisions.js";
import type { Keys } from "../keys.js";
import { allLinear, listed, type Recipe } from "./recipe.js";
import { rootless } from "./patterns.js";
import { type Scheme, usual } from "./schemes.js";

const ALGORITHMS: ReadonlyMap<string, Precision> = new Map([
  ["FP8", "fp8"],
  ["FP8_PER_CHANNEL_PER_TOKEN", "fp8"],
  ["FP8_PB_WO", "fp8"],
  ["MXFP8", "mxfp8"],
  ["NVFP4", "nvfp4"],
  ["W4A16_NVFP4", "nvfp4"],
]);
const MIXED = "MIXED_PRECISION";

export function modelOpt(section: Keys): Recipe | undefined {
  // In the older form, all stands below one key.
  const algorithms = section.section("quantization") ?? section;
  const named = algorithms.text("quant_algo")?.toUpperCase();
  if (named === MIXED) return mixed(algorithms);
  const scheme = schemeOf(algorithms, "quant_algo", named);
  return scheme && allLinear(scheme, listed(algorithms, "ignore", "exclude_modules"));
}

/** An algorithm for each module, or for the parent of several; what is not named has 16 bits. */
function mixed(section: Keys): Recipe | undefined {
  const layers = section.section("quantized_layers");
  if (layers === undefined) {
    section.fail("quantized_layers", `is missing: ${MIXED} needs the algorithm of each module`);
    return undefined;
  }
  const schemes = new Map<string, Scheme>();
  for (const name of layers.names()) {
    const scheme = schemeOf(layers, name, layers.section(name)?.text("quant_algo")?.toUpperCase());
    if (scheme === undefined) return undefined;
    schemes.set(rootless(name), scheme);
  }
  return ({ names }) => {
    const found = names.flatMap(pathsAbove).find((path) => schemes.has(path));
    return found === undefined ? undefined : schemes.get(found);
  };
}

/** A module's name, and its parents' below the layer. */
function pathsAbove(name: string): string[] {
  const components = name.split(".");
  return components.map((_, dropped) => components.slice(0, components.length - dropped).join("."));
}

function schemeOf(keys: Keys, key: string, algorithm: string | undefined): Scheme | undefined {
  const precision = ALGORITHMS.get(algorithm ?? "");
  if (precision !== undefined) return usual(precision);
  const known = [...ALGORITHMS.keys(), MIXED];
  keys.fail(
    key,
    algorithm === undefined
      ? `is missing: give ${listOr(known)}`
      : `${quote(algorithm)} is not read: use ${listOr(known)}${didYouMean(algorithm, known)}`,
  );
  return undefined;
}
