import { joinPath } from "../config/parse.js";
import { didYouMean, error, listOr, type Problem, quote } from "../config/problems.js";
import { type FlagFacts, type FlagTable, flagTable, KNOWN_VERSIONS } from "../facts/vllm/versions.js";
import { OWNED_FLAGS } from "../vocabulary/ownedFlags.js";

/** A value of a flag as config can write it; objects are given to vLLM as JSON. */
export type FlagValue = string | number | boolean | Array<string | number> | { [key: string]: unknown };

/** A flag of a contract: its value and why it is set. */
export interface ReasonedValue<T> {
  value: T;
  reason: string;
}

export type Flags = Record<string, ReasonedValue<FlagValue>>;

/** Without dashes before it. Anything else would be another argument, such as `root-path=/v1`. */
const FLAG_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Checks names against what the contract owns, and names and values against a version's table where there is one. */
export function checkFlags(flags: Flags, table: FlagTable | undefined, version: string, path: string): Problem[] {
  return Object.entries(flags).flatMap(([name, { value }]) => {
    const at = joinPath(path, [name]);
    const bare = name.replace(/^-+/, "").replaceAll("_", "-");
    if (bare !== name) return [error(at, `${quote(name)} is not how a flag is written here: use ${quote(bare)}`)];
    const [whole, ...keys] = name.split(".");
    if (keys.length > 0) {
      return [error(at, `${quote(name)} is a part of a flag: write it as an object, the value of ${quote(whole)}`)];
    }
    if (!FLAG_NAME.test(name)) {
      const message = "is not a flag's name: use lower-case letters, digits and dashes, first a letter";
      return [error(at, `${quote(name)} ${message}`)];
    }
    if (Object.hasOwn(OWNED_FLAGS, name)) return [error(at, `the contract decides --${name}: ${OWNED_FLAGS[name]}`)];
    if (value === undefined) return [];
    const facts = table?.get(name);
    if (rendersAsWords(value, facts)) {
      const item = value.find(isReadAsFlag);
      if (item !== undefined)
        return [error(`${at}.value`, `${quote(item)} would be read as another flag: leave it out`)];
    }
    if (table === undefined) return abbreviation(name, at);
    if (facts === undefined) return [error(at, unknownFlag(name, table, version))];
    const wrong = wrongValue(value, facts);
    return wrong === undefined ? [] : [error(`${at}.value`, `${quote(value)} ${wrong}`)];
  });
}

/** Where no table says which flags there are, those that vLLM's parser would take for the beginning of a longer one. */
function abbreviation(name: string, at: string): Problem[] {
  const tables = KNOWN_VERSIONS.map((version) => flagTable(version)!);
  if (tables.some((table) => table.has(name))) return [];
  const whole = tables.flatMap((table) => [...table.keys()]).find((flag) => flag.startsWith(name));
  if (whole === undefined) return [];
  return [error(at, `${quote(name)} may be read as --${whole}: write the whole name`)];
}

/** True for lists that become words of their own after the flag. */
function rendersAsWords(value: FlagValue, facts: FlagFacts | undefined): value is Array<string | number> {
  return Array.isArray(value) && (facts === undefined || (facts.repeated === true && facts.appended !== true));
}

/** argparse takes `-1` for a number, and whatever else begins with a dash for a flag. */
function isReadAsFlag(item: string | number): boolean {
  return typeof item === "string" && /^-(?!\d+(\.\d+)?$)/.test(item);
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
      if (rendersAsWords(value, facts)) return [`--${name}`, ...value.map(String)];
      return [`--${name}=${typeof value === "object" ? JSON.stringify(value) : value}`];
    });
}
