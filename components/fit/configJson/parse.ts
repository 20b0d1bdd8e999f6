import { error, type Problem } from "../../config/problems.js";
import { isObject } from "./keys.js";

/** Strings, which are kept, and Python's names for numbers that JSON has none for. */
const STRING_OR_NOT_FINITE = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\bInfinity\b|\bNaN\b/gs;

/**
 * The object of a JSON text.
 *
 * Python writes Infinity and NaN into some files, such as `time_step_limit` of Mamba models; they read as null.
 */
export function parseObject(text: string, path: string): { object: Record<string, unknown> } | { problems: Problem[] } {
  let value: unknown;
  try {
    value = parse(text);
  } catch (thrown) {
    const message = `is no JSON: ${(thrown as Error).message}; give the config.json of the model's own repository`;
    return { problems: [error(path, message)] };
  }
  if (isObject(value)) return { object: value };
  return {
    problems: [
      error(path, `holds ${kindOf(value)}, not an object: give the config.json of the model's own repository`),
    ],
  };
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
