/** What is wrong with a configuration: collected, never thrown one by one. */
import leven from "leven";
import { itemsOf, type Parts } from "./parts.js";
import { printable } from "./printable.js";

/** One finding, ready to print: where, what was got, what is allowed, the fix. */
export interface Problem {
  /** Full path of the value, such as `vllm:models.chat.releases.r1.image`. */
  path: string;
  /** What was got, what is allowed and the fix, as one sentence. */
  message: string;
  /** `warning`s are shown; they stop nothing. */
  severity: "error" | "warning";
  /** Shown below it, such as what a program has said. */
  lines?: readonly string[];
}

export function error(path: string, message: string, lines?: readonly string[]): Problem {
  return { path, message, severity: "error", ...(lines !== undefined && { lines }) };
}

export function warning(path: string, message: string): Problem {
  return { path, message, severity: "warning" };
}

/** One line, whatever stands in the path and the message; the problem's own lines are indented below it. */
export function formatProblem({ path, message, lines = [] }: Problem): string {
  return [printable(`${path}: ${message}`), ...lines.map((line) => `    ${printable(line)}`)].join("\n");
}

/** Shown of a long list of problems; whoever has more mends these first. */
const MOST_SHOWN = 200;

/** Problems as lines; of very many, the first and how many there are. */
export function problemLines(problems: readonly Problem[]): string[] {
  const more = problems.length - MOST_SHOWN;
  return [
    ...problems.slice(0, MOST_SHOWN).map(formatProblem),
    ...(more > 0 ? [`… and ${more.toLocaleString("en-US")} more`] : []),
  ];
}

/** Thrown once with every problem of a configuration. */
export class ContractError extends Error {
  override readonly name = "ContractError";

  constructor(readonly problems: readonly Problem[]) {
    super(problemLines(problems).join("\n"));
  }
}

/** Appends problems, however many: a call of `push` takes some 100,000 arguments at the most. */
export function append(problems: Problem[], more: readonly Problem[]): void {
  for (const problem of more) problems.push(problem);
}

/** Throws a {@link ContractError} if any problem is an error. */
export function throwIfErrors(problems: readonly Problem[]): void {
  const errors = problems.filter((problem) => problem.severity === "error");
  if (errors.length > 0) throw new ContractError(errors);
}

/** User and password of a URL; what is cut off may hold their end. */
const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/|\bhttps?:)[^\s"]*(@|…)/gi;
/** Shown of a value. */
const MOST_QUOTED = 80;
/** Looked at of a value: the rest is not shown, and a pattern's time must not grow with it. */
const MOST_READ = 1000;

function jsonOf(value: unknown): string {
  // JSON has no word for them.
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  // What only a program can give: no JSON either.
  if (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function") return `a ${typeof value}`;
  if (value === undefined) return "nothing";
  try {
    return JSON.stringify(value);
  } catch {
    // Nested deeper than the stack goes, or holding itself.
    return Array.isArray(value) ? "a list that is nested too deep" : "an object that is nested too deep";
  }
}

/** A value as a reader of a message should see it: JSON, cut where it is long, and without the password of a URL. */
export function quote(value: unknown): string {
  const json = jsonOf(value);
  const read = json.length > MOST_READ ? `${json.slice(0, MOST_READ)}…` : json;
  const text = read.replace(URL_CREDENTIALS, "$1…@");
  return printable(text.length > MOST_QUOTED ? `${text.slice(0, MOST_QUOTED - 3)}…` : text);
}

/** `1 GPU`, `2 GPUs` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `a, b or c` */
export function listOr(values: readonly string[]): string {
  if (values.length < 2) return values.join("");
  return `${values.slice(0, -1).join(", ")} or ${values.at(-1)}`;
}

/** Nobody mistypes a longer one. */
const LONGEST_NAME = 200;

/**
 * The candidates closest to a misspelt name, nearest first, at most three.
 *
 * Only those within a third of the name's length: a far-off suggestion misleads.
 */
export function nearest(name: string, candidates: Iterable<string>): string[] {
  if (name.length > LONGEST_NAME) return [];
  const limit = Math.max(2, Math.floor(name.length / 3));
  const wanted = name.toLowerCase();
  return [...candidates]
    .map((candidate) => ({ candidate, distance: leven(wanted, candidate.toLowerCase(), { maxDistance: limit + 1 }) }))
    .filter(({ distance }) => distance <= limit)
    .sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate))
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** `; did you mean a or b?`, or nothing. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const names = nearest(name, candidates);
  return names.length === 0 ? "" : `; did you mean ${listOr(names)}?`;
}

/** Places at which something is in a list that stands before in it, too. */
export function repeated(values: readonly string[]): number[] {
  return values.flatMap((value, index) => (values.indexOf(value) === index ? [] : [index]));
}

/** An error for each right value of the list at `path` that is given a second time. */
export function checkRepeated(list: Parts<string[]> | undefined, path: string): Problem[] {
  const items = itemsOf<string>(list);
  return repeated(items.map(({ item }) => item)).map((place) => {
    const { item, index } = items[place]!;
    return error(`${path}[${index}]`, `${quote(item)} is given twice: leave one out`);
  });
}
