import type { Flags, FlagValue } from "../../contract/contract.js";
import { draftOf } from "../../derive/memory/draft.js";
import { cataloguedShape } from "../../derive/model.js";
import { rendersAsWords } from "../../derive/flags.js";
import type { RuntimePlan } from "../../derive/plan.js";
import { joinPath } from "../../config/parse.js";
import { parseImage, pinOf } from "../../config/image.js";
import { entriesOf, isWrong, type Parts } from "../../config/parts.js";
import { didYouMean, error, listOr, type Problem, quote, warning } from "../../config/problems.js";
import { DROPPED_FLAGS } from "../../facts/vllm/droppedFlags.js";
import { type FlagFacts, isBefore, type VllmVersion } from "../../facts/vllm/version.js";
import { KNOWN_VERSIONS, NEWEST_VERSION, VERSIONS, versionNamed } from "../../facts/vllm/versions.js";
import { OWN_FLAGS_SINCE, OWNED_FLAGS } from "../../facts/vllm/ownFlags.js";
import type { KnownFlags } from "./knownFlags.js";
import { checkGuardedFlags, checkPlainText } from "./guarded.js";
import { checkNeededFlags } from "./neededFlags.js";
import { checkParsers } from "./parsers.js";
import { checkSources } from "./sources.js";

/** Flags whose memory the fit does not count. */
const UNCOUNTED_FLAGS = ["speculative-config", "cpu-offload-gb"];

/**
 * Every problem of a release's flags.
 *
 * @param path of the release's `flags`
 */
export function checkReleaseFlags(
  parts: Parts<Flags>,
  of: Pick<Parts<RuntimePlan>, "image" | "vllmVersion"> & { model: Pick<Parts<RuntimePlan>["model"], "id"> },
  path: string,
): Problem[] {
  const given = knownFlags(parts);
  const secrets = new Map(
    Object.entries(given)
      .map(([name, flag]) => [name, checkPlainText(flag, joinPath(path, [name]), NO_SECRET)] as const)
      .filter(([, problems]) => problems.length > 0),
  );
  // What holds a credential is checked no further: other messages quote the value.
  const flags = Object.fromEntries(Object.entries(given).filter(([name]) => !secrets.has(name)));
  const stated = isWrong(of.vllmVersion) ? undefined : of.vllmVersion;
  const known = versionNamed(stated);
  const image = isWrong(of.image) ? undefined : parseImage(of.image);
  const isPinned = image !== undefined && pinOf(image) !== "none";
  // Beside an image or a version that has to be changed anyway, misspelt flags are found with the newest table.
  const version = known ?? (isPinned && !isWrong(of.vllmVersion) ? undefined : NEWEST_VERSION);
  const problems = [
    ...(stated === undefined ? [] : checkOwnFlags(stated, path)),
    ...[...secrets.values()].flat(),
    ...checkFlags(flags, version, path),
    ...checkGuardedFlags(flags, path),
    ...checkSources(flags, path),
    ...checkNeededFlags(flags, path),
    ...checkParsers(flags, { id: isWrong(of.model.id) ? undefined : of.model.id, version }, path),
  ];
  if (version === undefined) {
    problems.push(warning(path, `names and values were not checked: ${unknownVersion(stated)}`));
  }
  const draft = draftOf(flags as Flags, 1);
  const uncounted = UNCOUNTED_FLAGS.filter(
    (name) => name in given && (name !== "speculative-config" || draft === undefined),
  );
  for (const flag of uncounted) {
    problems.push(warning(joinPath(path, [flag]), "the fit does not count the memory of this flag: leave room for it"));
  }
  if (draft !== undefined && cataloguedShape(draft.id) === undefined) {
    const message = `the size of ${draft.id} is not known, so fit, disk and time to start do not count it: leave room for it`;
    problems.push(warning(joinPath(path, ["speculative-config"]), message));
  }
  return problems;
}

/** Why nothing is known of a version, and what the release rests on all the same. */
function unknownVersion(version: string | undefined): string {
  const tables = `(tables: ${listOr(KNOWN_VERSIONS)})`;
  if (typeof version === "string") return `there is no flag table for vLLM ${version} ${tables}`;
  const needed = Object.entries(OWN_FLAGS_SINCE).map(([flag, since]) => `--${flag} (${since})`);
  return `the image's tag names no vLLM version ${tables}, and it has to have ${needed.join(" and ")}: set vllmVersion`;
}

/** Whether a version has every flag that the contract is rendered with. */
export function checkOwnFlags(version: string, path: string): Problem[] {
  return Object.entries(OWN_FLAGS_SINCE)
    .filter(([, since]) => isBefore(version, since))
    .map(([flag, since]) => {
      const decided = OWNED_FLAGS[flag]!.replace(/^set /, "");
      return error(
        path,
        `vLLM ${version} has no --${flag}, by which the contract decides ${decided}: use an image of ${since} or later`,
      );
    });
}

const NO_SECRET = "vLLM takes no secret here, so leave it out";

function knownFlags(flags: Parts<Flags>): KnownFlags {
  return Object.fromEntries(
    entriesOf(flags).map(([name, { value, reason }]) => [
      name,
      { ...(!isWrong(value) && { value }), ...(!isWrong(reason) && { reason }) },
    ]),
  );
}

/** Without dashes before it. Anything else would be another argument, such as `root-path=/v1`. */
const FLAG_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Checks names against what the contract owns, and names and values against a version's table where there is one. */
export function checkFlags(flags: KnownFlags, version: VllmVersion | undefined, path: string): Problem[] {
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
    const facts = version?.flags.get(name);
    if (value !== undefined && rendersAsWords(value, facts)) {
      const item = value.find(isReadAsFlag);
      if (item !== undefined)
        return [error(`${at}.value`, `${quote(item)} would be read as another flag: leave it out`)];
    }
    if (version === undefined) return abbreviation(name, at);
    if (facts === undefined) return [error(at, unknownFlag(name, version))];
    if (value === undefined) return [];
    const wrong = wrongValue(value, facts);
    return wrong === undefined ? [] : [error(`${at}.value`, `${quote(value)} ${wrong}`)];
  });
}

/** Where no table says which flags there are, those that vLLM's parser would take for the beginning of a longer one. */
function abbreviation(name: string, at: string): Problem[] {
  const tables = VERSIONS.map(({ flags }) => flags);
  if (tables.some((table) => table.has(name))) return [];
  const whole = tables.flatMap((table) => [...table.keys()]).find((flag) => flag.startsWith(name));
  if (whole === undefined) return [];
  return [error(at, `${quote(name)} may be read as --${whole}: write the whole name`)];
}

/** argparse takes `-1` for a number, and whatever else begins with a dash for a flag. */
function isReadAsFlag(item: string | number): boolean {
  return typeof item === "string" && /^-(?!\d+(\.\d+)?$)/.test(item);
}

function unknownFlag(name: string, { version, flags: table }: VllmVersion): string {
  const instead = DROPPED_FLAGS.get(name);
  if (instead !== undefined) return `vLLM ${version} no longer has --${name}: ${instead}`;
  const positive = name.replace(/^no-/, "");
  if (positive !== name && table.get(positive)?.negatable) {
    return `--${name} is set by ${quote(positive)} with value false`;
  }
  for (const [flag, { aliases, opposites }] of table) {
    if (opposites?.includes(`--${name}`))
      return `--${name} is the opposite of --${flag}: set ${quote(flag)} to true or false`;
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
