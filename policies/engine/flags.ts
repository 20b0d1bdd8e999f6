/** vLLM's command line, as its parser reads it. */
import { flagTable, KNOWN_VERSIONS } from "../../components/facts/vllm/versions.js";
import type { FlagFacts } from "../../components/facts/vllm/version.js";
import { pythonJson } from "../../components/facts/vllm/jsonValues.js";
import { known } from "../read/unknown.js";

export interface Flag {
  /** Long name without dashes or `no-`: `max-model-len`. */
  name: string;
  /** The words after it, or the one after `=`. Reading one that is not known yet throws. */
  readonly values: readonly string[];
  /** Given as `--no-…`. */
  negated: boolean;
}

/** A flag with the keys of its JSON that follow its name: `model` for `--speculative-config.model x`. */
export interface SpelledFlag extends Flag {
  keys: readonly string[];
}

/** Every version's flags, the newest first: a program's image may have any version. */
const TABLES = KNOWN_VERSIONS.map((version) => flagTable(version) ?? new Map<string, FlagFacts>()).reverse();

/** Long names by other spellings of flags, such as `tp`. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  // The parser rewrites it before it looks at flags (vllm/utils/argparse_utils.py).
  ["O", "optimization-level"],
  ...TABLES.flatMap((table) => [...table]).flatMap(([name, { aliases = [] }]) =>
    aliases.map((alias): [string, string] => [alias.replace(/^-+/, ""), name]),
  ),
]);

const FLAG = /^--?(?<name>[A-Za-z][\w-]*?)(?:\.(?<keys>[^=]*))?(?:=(?<value>[^]*))?$/;

export function flagsOf(words: readonly string[]): Flag[] {
  return spelledFlagsOf(words).map((flag) => ({
    name: flag.name,
    negated: flag.negated,
    get values() {
      return flag.values;
    },
  }));
}

/** Cache: many rules ask for the flags of the same command. */
const SPELLED = new WeakMap<readonly string[], SpelledFlag[]>();

export function spelledFlagsOf(words: readonly string[]): readonly SpelledFlag[] {
  const flags = SPELLED.get(words) ?? readFlags(words);
  SPELLED.set(words, flags);
  return flags;
}

function readFlags(words: readonly string[]): SpelledFlag[] {
  const flags: Array<{ name: string; keys: string[]; words: string[]; negated: boolean }> = [];
  for (const word of words) {
    const { name, keys, value } = FLAG.exec(word)?.groups ?? {};
    if (name === undefined) {
      flags.at(-1)?.words.push(word);
      continue;
    }
    // `-O3` is the one short flag that carries its value in the same word.
    const level = /^-O(\d)$/.exec(word)?.[1];
    flags.push({
      ...nameOf(level === undefined ? name : "O"),
      keys: keys === undefined ? [] : keys.split("."),
      words: strings(level ?? value),
    });
  }
  return flags.map(({ words: given, ...flag }) => ({
    ...flag,
    get values() {
      return known(given);
    },
  }));
}

/** The flag as it takes effect: the last one given. */
export function lastFlag(flags: readonly Flag[], name: string): Flag | undefined {
  return flags.findLast((flag) => flag.name === name);
}

/**
 * Lets a word through that is not known yet and may be a flag: then nobody can tell that one is missing. The first word is the model,
 * and one behind a flag its value.
 *
 * @throws the value that is not known yet
 */
export function throwUnknownFlag(words: readonly string[]): void {
  known(words.filter((_, index) => index > 0 && !/^--?[A-Za-z][^=]*$/.test(words[index - 1] ?? "")));
}

/** Spellings that say the opposite of a flag. */
const OPPOSITES = new Map(
  TABLES.flatMap((table) =>
    [...table].flatMap(([name, { opposites }]) =>
      (opposites ?? []).map((opposite): [string, string] => [opposite.slice("--".length), name]),
    ),
  ),
);

/** A flag's name as the contract and the tables spell it: long, with dashes, not negated. */
export function nameOf(spelling: string): { name: string; negated: boolean } {
  const dashed = spelling.replaceAll("_", "-");
  const negated = dashed.startsWith("no-");
  const bare = negated ? dashed.slice("no-".length) : dashed;
  const opposite = OPPOSITES.get(bare);
  if (opposite !== undefined) return { name: opposite, negated: !negated };
  return { name: ALIASES.get(bare) ?? unabbreviated(bare), negated };
}

/** argparse accepts the beginning of a name if only one flag begins with it. */
function unabbreviated(name: string): string {
  for (const table of TABLES) {
    if (table.has(name)) return name;
    const [whole, another] = [...table.keys()].filter((flag) => flag.startsWith(name));
    if (whole !== undefined && another === undefined) return whole;
  }
  return name;
}

/**
 * The JSON that flags of one name give: vLLM merges `--name.key value` forms into one object, which replaces `--name '{…}'`.
 *
 * @returns `undefined` if the flag is missing or has no JSON
 */
export function jsonOf(flags: readonly SpelledFlag[], name: string): unknown {
  const given = flags.filter((flag) => flag.name === name);
  const dotted = given.filter(({ keys }) => keys.length > 0);
  if (dotted.length === 0) return json(given.at(-1)?.values[0]);
  const object: { [key: string]: unknown } = {};
  for (const { keys, values } of dotted) put(object, keys, json(values[0]) ?? values[0]);
  return object;
}

function put(object: { [key: string]: unknown }, [first = "", ...rest]: readonly string[], value: unknown): void {
  const key = first.replace(/\+$/, "");
  if (rest.length === 0) {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
    return;
  }
  const inner = Object.hasOwn(object, key) ? object[key] : undefined;
  const next = typeof inner === "object" && inner !== null ? (inner as { [key: string]: unknown }) : {};
  Object.defineProperty(object, key, { value: next, enumerable: true, configurable: true, writable: true });
  put(next, rest, value);
}

function json(text: string | undefined): unknown {
  return text === undefined ? undefined : pythonJson(text);
}

function strings(value: string | undefined): string[] {
  return value === undefined ? [] : [value];
}
