import { error, type Problem } from "../../config/problems.js";
import { isObject } from "./keys.js";

const BYTE_ORDER_MARK = /^\ufeff/;

/** Strings, which are kept, and Python's names for numbers that JSON has none for. */
const STRING_OR_NOT_FINITE = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\bInfinity\b|\bNaN\b/gs;

/**
 * The object of a JSON text.
 *
 * Python writes Infinity and NaN into some files, such as `time_step_limit` of Mamba models; they read as null.
 */
export function parseObject(text: string, path: string): { object: Record<string, unknown> } | { problems: Problem[] } {
  const refused = (what: string) => ({
    problems: [error(path, `${what}: give the config.json of the model's own repository`)],
  });
  const json = text.replace(BYTE_ORDER_MARK, "");
  if (json.trim() === "") return refused("is empty");
  // A zero byte is what UTF-16 has beside each letter, and U+FFFD what bytes that are no UTF-8 are read as.
  if (/^.{0,3}(?:\0|\ufffd)/s.test(json)) return refused("is no text in UTF-8");
  let value: unknown;
  try {
    value = parse(json);
  } catch (thrown) {
    return refused(`is no JSON (${withoutContent((thrown as Error).message)})`);
  }
  return isObject(value) ? { object: value } : refused(`holds ${kindOf(value)}, not an object`);
}

/** V8's message about a text without what it quotes of it: a file that is named by mistake may hold secrets. */
function withoutContent(message: string): string {
  return message.replace(/, (?:\.\.\.)?".*"(?:\.\.\.)? is not valid JSON$/s, "");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const mended = text.replace(STRING_OR_NOT_FINITE, (token) => (token.startsWith('"') ? token : "null"));
    if (mended === text) throw thrown;
    return JSON.parse(mended);
  }
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}
