import { joinPath } from "../parse.js";
import { didYouMean, error, listOr, type Problem, quote } from "../problems.js";
import type { FlagFacts, FlagTable } from "./table.js";
import { OWNED_FLAGS } from "./owned.js";

/** A value of a flag as config can write it; objects are given to vLLM as JSON. */
export type FlagValue = string | number | boolean | Array<string | number> | { [key: string]: unknown };

/** A flag of a contract: its value and why it is set. */
export interface ReasonedValue<T> {
  value: T;
  reason: string;
}

export type Flags = Record<string, ReasonedValue<FlagValue>>;

/** Checks names against what the contract owns, and names and values against a version's table where there is one. */
export function checkFlags(flags: Flags, table: FlagTable | undefined, version: string, path: string): Problem[] {
  return Object.entries(flags).flatMap(([name, { value }]) => {
    const at = joinPath(path, [name]);
    const bare = name.replace(/^-+/, "").replaceAll("_", "-");
    if (bare !== name) return [error(at, `${quote(name)} is not how a flag is written here: use ${quote(bare)}`)];
    if (Object.hasOwn(OWNED_FLAGS, name)) return [error(at, `the contract decides --${name}: ${OWNED_FLAGS[name]}`)];
    if (table === undefined || value === undefined) return [];
    const facts = table.get(name);
    if (facts === undefined) return [error(at, unknownFlag(name, table, version))];
    const wrong = wrongValue(value, facts);
    return wrong === undefined ? [] : [error(`${at}.value`, `${quote(value)} ${wrong}`)];
  });
}

function unknownFlag(name: string, table: FlagTable, version: string): string {
  const positive = name.replace(/^no-/, "");
  if (positive !== name && table.get(positive)?.negatable) {
    return `--${name} is set by ${quote(positive)} with value false`;
  }
  for (const [flag, { aliases }] of table) {
    if (aliases?.some((alias) => alias.replace(/^-+/, "") === name))
      return `--${name} is another name of --${flag}: use ${quote(flag)}`;
  }
  return `vLLM ${version} has no flag --${name}${didYouMean(
    name,
    [...table.keys()].filter((flag) => !Object.hasOwn(OWNED_FLAGS, flag)),
  )}`;
}

/** What is wrong with a value, to be read after the value; `undefined` when nothing is. */
function wrongValue(value: FlagValue, facts: FlagFacts): string | undefined {
  if ((facts.repeated || facts.appended) && Array.isArray(value)) {
    if (value.length === 0) return "is empty: leave the flag out";
    return value.map((item) => wrongScalar(item, facts)).find((wrong) => wrong !== undefined);
  }
  if (Array.isArray(value) && facts.type !== "json" && facts.type !== "json-or-string")
    return "is a list, but the flag takes one value";
  return wrongScalar(value, facts);
}

function wrongScalar(value: FlagValue, facts: FlagFacts): string | undefined {
  if (facts.choices !== undefined) {
    const text = typeof value === "object" ? "" : String(value);
    if (!facts.choices.includes(text))
      return `is not allowed: use ${listOr(facts.choices)}${didYouMean(text, facts.choices)}`;
  }
  switch (facts.type) {
    case "boolean":
      if (typeof value !== "boolean") return "is not true or false";
      return value || facts.negatable ? undefined : "cannot be given: the flag has no negative form, so leave it out";
    case "integer":
      return Number.isInteger(value) ? undefined : "is not a whole number";
    case "number":
      return typeof value === "number" ? undefined : "is not a number";
    case "integer-or-suffix":
      return Number.isInteger(value) || (typeof value === "string" && /^(\d+[kKmMgGtT]?|\d+\.\d+[kmgt])$/.test(value))
        ? undefined
        : "is not a whole number, nor one with a suffix such as 8k";
    case "json":
      return typeof value === "object" || (typeof value !== "boolean" && isJson(String(value)))
        ? undefined
        : "is not an object, a list or JSON text";
    case "json-or-string":
      return typeof value === "object" || typeof value === "string" ? undefined : "is not an object or text";
    case "string":
      return typeof value === "string" || typeof value === "number" ? undefined : "is not text";
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Renders flags as arguments, sorted by name: `--flag=value`, `--flag` and `--no-flag`, and `--flag a b` for lists. */
export function renderFlags(flags: Flags, table: FlagTable | undefined): string[] {
  return Object.keys(flags)
    .sort()
    .flatMap((name) => {
      const value = flags[name]!.value;
      if (typeof value === "boolean") return [value ? `--${name}` : `--no-${name}`];
      const facts = table?.get(name);
      if (Array.isArray(value) && facts?.appended) return value.map((item) => `--${name}=${item}`);
      if (Array.isArray(value) && (facts === undefined || facts.repeated)) return [`--${name}`, ...value.map(String)];
      return [`--${name}=${typeof value === "object" ? JSON.stringify(value) : value}`];
    });
}
