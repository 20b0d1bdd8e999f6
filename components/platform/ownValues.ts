/** Helm values of the config's own, beneath those that we decide. */
import { joinPath } from "../config/parse.js";
import { error, type Problem, throwIfErrors } from "../config/problems.js";
import type { HelmValues } from "./values.js";

/** What a config may say: plain data. */
export type OwnValues = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is OwnValues {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Whether both are objects whose keys can stand beside each other; an Output is known only later. */
function areMerged(ours: unknown, own: unknown): ours is OwnValues {
  return isObject(ours) && isObject(own) && !("__pulumiOutput" in ours);
}

/** An error for each value that is decided already, at its full path. */
export function checkOwnValues(ours: OwnValues, own: OwnValues, path: string): Problem[] {
  return Object.entries(own).flatMap(([key, value]) => {
    if (!Object.hasOwn(ours, key)) return [];
    const at = joinPath(path, [key]);
    const decided = ours[key];
    if (areMerged(decided, value)) return checkOwnValues(decided, value as OwnValues, at);
    return [error(at, "is decided by this package, from the add-on's other keys: leave it out, and set those")];
  });
}

/**
 * Both, deeply.
 *
 * @param path of the config's own values
 * @throws ContractError with every value that is decided already
 */
export function withOwnValues(ours: HelmValues, own: OwnValues | undefined, path: string): HelmValues {
  if (own === undefined) return ours;
  throwIfErrors(checkOwnValues(ours, own, path));
  return merged(ours, own) as HelmValues;
}

function merged(ours: OwnValues, own: OwnValues): OwnValues {
  const entries = Object.entries(own).map(([key, value]) => {
    const decided = ours[key];
    return [key, areMerged(decided, value) ? merged(decided, value as OwnValues) : value] as const;
  });
  return { ...ours, ...Object.fromEntries(entries) };
}
