/** What a parser says of a text that is no YAML, in words that say where and what to do. */
import { isScalar, type LineCounter, type Node, type YAMLError } from "yaml";
import { error, type Problem, quote } from "../components/config/problems.js";

type ErrorCode = YAMLError["code"];

/** Problems that leave the rest of a document as it was meant: each is told. Any other breaks what comes after it. */
const ALONE: readonly ErrorCode[] = ["DUPLICATE_KEY", "TAG_RESOLVE_FAILED", "BAD_DQ_ESCAPE"];

/** Two values on one line, or two objects in one. The parser sees that there is no such YAML, and not what was meant. */
const COLON =
  'has a colon and a space within a value, or no comma between two keys: quote a text that has one, such as "note: see below"';
const INDENT =
  "does not fit the lines before it: keys of one object are indented by the same number of spaces, " +
  "and every key has a colon and a space after it";

const UNCLOSED = "comes before the [ or { above it is closed: close it";

/** What to do, by the parser's code. Others say it themselves. */
const SAID: Partial<Record<ErrorCode, string>> = {
  BAD_INDENT: INDENT,
  MULTILINE_IMPLICIT_KEY: INDENT,
  BLOCK_AS_IMPLICIT_KEY: COLON,
  BLOCK_IN_FLOW: COLON,
  BAD_SCALAR_START: 'begins with a character that YAML keeps for itself: quote the text, such as "@all"',
};

/** Shown of a list of lines. */
const MOST_LINES = 10;

/** The text that was parsed, with what was learnt on the way. */
export interface Parsed {
  text: string;
  lines: LineCounter;
  /** Name of the file. */
  name: string;
  keys: RepeatedKeys;
}

/** Keys of an object that stand in it already. */
export class RepeatedKeys {
  private readonly firsts = new Map<number, { key: unknown; at: number }>();

  /** Whether two keys become one in JavaScript, as `1` and `"1"` do; the parser asks of each pair. */
  readonly isSame = (before: Node, key: Node): boolean => {
    if (!isScalar(before) || !isScalar(key) || String(before.value) !== String(key.value)) return false;
    this.firsts.set(key.range![0], { key: key.value, at: before.range![0] });
    return true;
  };

  /** What is said of the key at this place of the text. */
  said(at: number, lines: LineCounter): string {
    const { key, at: first } = this.firsts.get(at)!;
    return `the key ${quote(key)} is on line ${lines.linePos(first).line} already: leave one out`;
  }
}

/** `name:line:column` of a place in the text. */
export function placeOf(at: number, { name, lines }: Pick<Parsed, "name" | "lines">): string {
  const { line, col } = lines.linePos(at);
  return `${name}:${line}:${col}`;
}

/** Problems of a document, the first that breaks it and all that do not. */
export function syntaxProblems(errors: readonly YAMLError[], parsed: Parsed): Problem[] {
  const inOrder = [...errors].sort((a, b) => a.pos[0] - b.pos[0]);
  const breaks = inOrder.findIndex(({ code }) => !ALONE.includes(code));
  const told = breaks === -1 ? inOrder : inOrder.slice(0, breaks + 1);
  return told.map((found) => problemOf(found, parsed));
}

function problemOf({ code, message, pos: [at] }: YAMLError, parsed: Parsed): Problem {
  const tabs = tabbedLines(parsed.text);
  if (tabs.includes(parsed.lines.linePos(at).line) && !ALONE.includes(code)) {
    return error(`${parsed.name}:${tabs[0]}`, tabsSaid(tabs.slice(1)));
  }
  return error(placeOf(at, parsed), said(code, message, at, parsed));
}

function said(code: ErrorCode, message: string, at: number, { keys, lines }: Parsed): string {
  if (code === "DUPLICATE_KEY") return keys.said(at, lines);
  if (code === "BAD_INDENT" && message.startsWith("Flow ")) return UNCLOSED;
  if (code === "TAG_RESOLVE_FAILED") return `${message}: leave the tag out, or quote a text that begins with !`;
  return SAID[code] ?? message;
}

/** Lines whose indentation has a tab. */
function tabbedLines(text: string): number[] {
  return text.split("\n").flatMap((line, index) => (/^ *\t+\s*\S/.test(line) ? [index + 1] : []));
}

function tabsSaid(others: readonly number[]): string {
  const shown = others.slice(0, MOST_LINES).join(", ") + (others.length > MOST_LINES ? ", …" : "");
  return `is indented by a tab: use spaces${others.length === 0 ? "" : `, and on ${others.length === 1 ? "line" : "lines"} ${shown}, too`}`;
}
