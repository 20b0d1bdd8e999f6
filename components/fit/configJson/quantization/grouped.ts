/** Whole numbers in groups with a scale each: AWQ, GPTQ, AutoRound. */
import { quote } from "../../../config/problems.js";
import type { Keys } from "../keys.js";
import { allLinear, listed, matcherOf, type Recipe } from "./recipe.js";
import { floats, integers } from "./schemes.js";

const MOST_BITS = { max: 8 };

export function awq(section: Keys): Recipe {
  const scheme = integers({
    bits: section.count(section.nameOf("bits", "w_bit"), MOST_BITS),
    groupSize: groupSizeOf(section, section.nameOf("group_size", "q_group_size")),
    hasZeroPoints: section.flag("zero_point", true),
    fourBits: "awq-int4",
  });
  return allLinear(scheme, listed(section, "modules_to_not_convert"));
}

export function gptq(section: Keys): Recipe {
  const scheme = integers({
    bits: section.count("bits", MOST_BITS),
    groupSize: groupSizeOf(section, "group_size"),
    // They are in the files of symmetric weights, too.
    hasZeroPoints: true,
    fourBits: "gptq-int4",
  });
  const isKept = keptByRules(section);
  const hasOutput = section.flag("lm_head", false);
  return ({ names, isOutput }) => ((isOutput ? hasOutput : !isKept(names)) ? scheme : undefined);
}

/** Rules of GPTQModel: `-:` before an expression leaves modules in 16 bits. */
function keptByRules(section: Keys): (names: readonly string[]) => boolean {
  const rules = section.section("dynamic")?.names() ?? [];
  const other = rules.filter((rule) => !rule.startsWith("-:"));
  if (other.length > 0) {
    section.note(
      `${section.pathOf("dynamic")}: ${quote(other[0])} was not read: its modules are counted with the bits of the others`,
    );
  }
  const kept = rules.filter((rule) => rule.startsWith("-:")).map((rule) => `re:${rule.slice("-:".length)}`);
  return matcherOf(section, "dynamic", kept);
}

export function autoRound(section: Keys): Recipe {
  const bits = section.count("bits", MOST_BITS);
  const groupSize = groupSizeOf(section, "group_size");
  const ofIntegers = integers({ bits, groupSize, hasZeroPoints: !section.flag("sym", true), fourBits: "int4" });
  const isFloat = section.text("data_type")?.includes("fp") ?? false;
  const own = section.section("extra_config");
  const kept = (own?.names() ?? []).filter((name) => (own?.section(name)?.countIfGiven("bits") ?? bits) >= 16);
  return allLinear(
    (isFloat ? floats(bits, groupSize) : undefined) ?? ofIntegers,
    matcherOf(section, "extra_config", kept),
  );
}

/** Weights of a scale; 0 where a row has one, which files write as -1. */
function groupSizeOf(section: Keys, key: string): number {
  return section.raw(key) === -1 ? 0 : section.count(key);
}
