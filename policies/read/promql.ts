/**
 * Prometheus' query language, as far as rules ask: which metrics a query names, and what stands beside an `or`.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/basics/ and …/operators/, read 2026-11-26.
 */

/** A word, a sign or a quoted text of a query, or what stands in one pair of brackets. */
export type Part = string | Group;

export interface Group {
  bracket: "(" | "{" | "[";
  parts: Part[];
}

/** Comments, texts in the three quotes, names (durations and numbers, too), brackets and other signs. */
const TOKEN = /#.*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|[\w:.]+|\S/g;
const CLOSING = ")}]";
const NAME = /^[A-Za-z_:][\w:]*$/;
const WORDS = /^(and|or|unless|atan2|bool|offset|by|without|on|ignoring|group_left|group_right|inf|nan|start|end)$/i;
/** Words before a list of labels. */
const BEFORE_LABELS = /^(by|without|on|ignoring|group_left|group_right)$/i;

/** A query without its comments. */
export function withoutComments(query: string): string {
  return query.replace(TOKEN, (token) => (token.startsWith("#") ? "" : token));
}

/** The parts of a query; brackets that do not match end where the text does. */
export function partsOf(query: string): Part[] {
  const root: Part[] = [];
  const open: Part[][] = [root];
  for (const [token] of query.matchAll(TOKEN)) {
    if (token.startsWith("#")) continue;
    if (token === "(" || token === "{" || token === "[") {
      const group: Group = { bracket: token, parts: [] };
      open.at(-1)?.push(group);
      open.push(group.parts);
    } else if (CLOSING.includes(token)) {
      if (open.length > 1) open.pop();
    } else open.at(-1)?.push(token);
  }
  return root;
}

/** Names of metrics: those before `{`, and texts that select by `__name__`. */
export function metricsIn(parts: readonly Part[]): string[] {
  return parts.flatMap((part, index) => {
    const next = parts[index + 1];
    if (typeof part === "string") {
      const isCall = typeof next === "object" ? next.bracket === "(" : /^(by|without)$/i.test(next ?? "");
      return NAME.test(part) && !WORDS.test(part) && !isCall ? [part] : [];
    }
    if (part.bracket === "[") return [];
    const before = parts[index - 1];
    if (part.bracket === "(") {
      return typeof before === "string" && BEFORE_LABELS.test(before) ? [] : metricsIn(part.parts);
    }
    return namesMatched(part.parts);
  });
}

/** Texts of `__name__=`, `=~` and of a quoted name: what stands between the quotes, expressions as they are. */
function namesMatched(parts: readonly Part[]): string[] {
  return parts.flatMap((part, index) => {
    if (typeof part !== "string" || !/^["'`]/.test(part)) return [];
    const text = part.slice(1, -1);
    // `{"name"}` has no label before it.
    const before = parts.slice(0, index).filter((one) => one !== "=" && one !== "~");
    const label = before.at(-1);
    return label === "__name__" || label === undefined || label === "," ? [text] : [];
  });
}

/**
 * The operands of `or` at each level of a query, where there are two and more; function arguments are levels of their own.
 * `or` binds the weakest of all operators.
 */
export function* alternativesIn(parts: readonly Part[]): Iterable<readonly Part[][]> {
  for (const argument of split(parts, (part) => part === ",")) {
    const operands = split(argument, (part) => typeof part === "string" && /^or$/i.test(part));
    if (operands.length > 1) yield operands;
  }
  for (const part of parts) if (typeof part === "object" && part.bracket === "(") yield* alternativesIn(part.parts);
}

function split(parts: readonly Part[], isBetween: (part: Part) => boolean): Part[][] {
  const found: Part[][] = [[]];
  for (const part of parts) {
    if (isBetween(part)) found.push([]);
    else found.at(-1)?.push(part);
  }
  return found;
}

/** Functions that give a sample where their argument gives none. */
const OF_NOTHING = /^absent(_over_time)?$/i;

/** Whether a query gives a number of its own where its metrics give none: `… or vector(0)`, `… or on() vector(0)`. */
export function hidesMissing(query: string): boolean {
  for (const [, ...others] of alternativesIn(partsOf(query))) if (others.some(isConstant)) return true;
  return false;
}

/** Without metrics, but for those whose absence it asks for. */
function isConstant(operand: readonly Part[]): boolean {
  return metricsIn(withoutAbsent(operand)).length === 0;
}

function withoutAbsent(parts: readonly Part[]): Part[] {
  return parts.flatMap((part, index): Part[] => {
    if (typeof part === "string") return OF_NOTHING.test(part) ? [] : [part];
    const before = parts[index - 1];
    if (typeof before === "string" && OF_NOTHING.test(before)) return [];
    return [{ ...part, parts: part.bracket === "(" ? withoutAbsent(part.parts) : part.parts }];
  });
}
