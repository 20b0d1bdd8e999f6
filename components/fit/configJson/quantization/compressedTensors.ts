/**
 * `quant_method: compressed-tensors`, which llm-compressor writes: groups of modules, each with a scheme, and modules that are left out.
 *
 * Source: vllm/model_executor/layers/quantization/compressed_tensors (`_quantization_scheme_map_from_config`, `find_matched_target`), 0.33.0.
 */
import type { Keys } from "../keys.js";
import type { Matcher } from "./patterns.js";
import { listed, matcherOf, type Recipe } from "./recipe.js";
import { floats, integers, type Scheme } from "./schemes.js";

/** A class of PyTorch in place of a module's name: all linear layers, experts among them. */
const ALL_LINEAR = "Linear";

interface Group {
  scheme: Scheme;
  isForAll: boolean;
  isNamed: Matcher;
}

export function compressedTensors(section: Keys): Recipe | undefined {
  const groups = groupsOf(section);
  if (groups === undefined) return undefined;
  const isKept = listed(section, "ignore");
  return ({ names, isOutput }) => {
    if (isKept(names)) return undefined;
    const group = groups.find(({ isNamed }) => isNamed(names)) ?? groups.find(({ isForAll }) => isForAll && !isOutput);
    return group?.scheme;
  };
}

/** @returns `undefined` where one of them cannot be read */
export function groupsOf(section: Keys): Group[] | undefined {
  const all = section.section("config_groups");
  if (all === undefined) {
    if (!section.has("config_groups"))
      section.fail("config_groups", "is missing: give the groups of modules with their weights");
    return undefined;
  }
  const groups = all.names().map((name) => groupOf(all, name));
  return groups.every((group) => group !== undefined) ? groups : undefined;
}

function groupOf(all: Keys, name: string): Group | undefined {
  const group = all.section(name);
  const scheme = group && schemeOf(group);
  if (group === undefined || scheme === undefined) return undefined;
  const targets = group.texts("targets") ?? [];
  return {
    scheme,
    isForAll: targets.includes(ALL_LINEAR),
    isNamed: matcherOf(
      group,
      "targets",
      targets.filter((target) => target !== ALL_LINEAR),
    ),
  };
}

function schemeOf(group: Keys): Scheme | undefined {
  const weights = group.section("weights");
  if (weights === undefined) {
    if (!group.has("weights")) group.fail("weights", "is missing: give num_bits and type");
    return undefined;
  }
  const bits = weights.count("num_bits", { max: 8 });
  if (Number.isNaN(bits)) return undefined;
  const groupSize = weights.raw("group_size") === -1 ? undefined : weights.countIfGiven("group_size");
  if (weights.text("type") === "float") {
    const scheme = floats(bits, groupSize);
    if (scheme === undefined) weights.fail("num_bits", `${bits} bits of floats are none that vLLM serves: use 4 or 8`);
    return scheme;
  }
  return integers({
    bits,
    groupSize: groupSize ?? 0,
    hasZeroPoints: !weights.flag("symmetric", true),
    fourBits: "int4",
  });
}

/** Side of the blocks that fp8 weights are scaled by. */
export function blockSizeOf(section: Keys): number | undefined {
  const groups = section.section("config_groups");
  const sizes = (groups?.names() ?? []).map(
    (name) => groups?.section(name)?.section("weights")?.counts("block_structure")?.[0],
  );
  return sizes.find((size) => size !== undefined);
}
