/** JSON with the line of each item, and without keys that stand twice: of those, readers keep one without a word. */
import { ContractError, error, type Problem, quote } from "../../components/config/problems.js";
import { tooDeep } from "../../components/config/size.js";
import type { SourceDocument } from "./source.js";

/** Lines are kept of values this deep: `steps[3]` of an object, the items of a list. */
const DEEPEST_LINE = 2;
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:\n]/g;

/** `undefined` for a text that is no JSON. @throws ContractError for repeated keys, and for what is nested too deep */
export function parseJson(text: string, name: string): SourceDocument | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { lines, repeated } = scan(text, name);
  if (repeated.length > 0) throw new ContractError(repeated);
  const deep = tooDeep(value);
  if (deep !== undefined) throw new ContractError([error(name, deep)]);
  return { value, lineOf: (...path) => lines.get(path.join(".")) ?? 1 };
}

/** An object or a list that the scan is in. */
interface Open {
  /** Of an object: its keys, with their lines. */
  keys?: Map<string, number>;
  /** The key or the place of the value that comes next. */
  at: string | number;
}

/** @param text that is JSON */
function scan(text: string, name: string): { lines: Map<string, number>; repeated: Problem[] } {
  const lines = new Map<string, number>();
  const repeated: Problem[] = [];
  const open: Open[] = [];
  let line = 1;
  let isKey = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const within = open.at(-1);
    if (token === "\n") line++;
    else if (token === "{" || token === "[") {
      if (open.length <= DEEPEST_LINE) lines.set(open.map(({ at }) => at).join("."), line);
      open.push(token === "{" ? { keys: new Map(), at: "" } : { at: 0 });
      isKey = token === "{";
    } else if (token === "}" || token === "]") {
      open.pop();
      isKey = false;
    } else if (token === ",") {
      isKey = within?.keys !== undefined;
      if (typeof within?.at === "number") within.at++;
    } else if (isKey && within?.keys !== undefined && token !== ":") {
      const key = JSON.parse(token) as string;
      const first = within.keys.get(key);
      if (first !== undefined)
        repeated.push(error(`${name}:${line}`, `the key ${quote(key)} is on line ${first} already: leave one out`));
      within.keys.set(key, line);
      within.at = key;
      isKey = false;
    }
  }
  return { lines, repeated };
}
