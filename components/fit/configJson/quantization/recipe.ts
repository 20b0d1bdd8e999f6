/** Which module of a model is stored how. */
import { quote } from "../../../config/problems.js";
import type { Keys } from "../keys.js";
import { type Matcher, matcher } from "./patterns.js";
import type { Scheme } from "./schemes.js";

/** A module as the lists of a quantisation know it. */
export interface NamedModule {
  /** With its layer, such as `layers.3.self_attn.q_proj`. */
  names: readonly string[];
  /** The output matrix is quantised only where it is named. */
  isOutput: boolean;
  isExpert: boolean;
}

/** The scheme of a module; `undefined` for 16 bits. */
export type Recipe = (module: NamedModule) => Scheme | undefined;

/** One scheme for all linear layers but those on a list. */
export function allLinear(scheme: Scheme, isKept: Matcher): Recipe {
  return ({ names, isOutput }) => (isOutput || isKept(names) ? undefined : scheme);
}

/** The list under the first of some keys that the section has. */
export function listed(section: Keys, ...keys: readonly [string, ...string[]]): Matcher {
  const key = section.nameOf(...keys);
  return matcherOf(section, key, section.texts(key) ?? []);
}

/** Entries that were found under a key. */
export function matcherOf(section: Keys, key: string, entries: readonly string[]): Matcher {
  return matcher(entries, (pattern) =>
    section.fail(
      key,
      `${quote(pattern)} cannot be read: give modules by name, or a simpler pattern such as re:.*self_attn.*`,
    ),
  );
}
