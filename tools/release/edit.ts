/**
 * Changes a model's route in a stack's file: only the characters of what differs, so that comments, order, style and line ends of the
 * rest stay as somebody wrote them.
 */
import { isDeepStrictEqual } from "node:util";
import { isAlias, isMap, isScalar, type Document, type Pair, type Scalar, type YAMLMap } from "yaml";
import { error, type Problem, quote } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";
import { NAMESPACE } from "../../stacks/namespace.js";
import { parseYaml } from "../../stacks/yaml.js";
import type { Route } from "./steps.js";

/** A change of a text: what stands from `from` to `to` becomes `text`. */
interface Splice {
  from: number;
  to: number;
  text: string;
}

type Value = string | number | { [key: string]: Value };

/**
 * The text of a stack's file with another route of a model.
 *
 * @param name of the file, for messages
 * @throws BadInput where the route cannot be changed without changing something else
 */
export function withRoute(text: string, name: string, model: string, route: Route): string {
  const document = parseYaml(text, name);
  const at = `${NAMESPACE}:models.${model}.route`;
  const node = routeNode(document, model, at);
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const splices = changesOf(node, route as unknown as Record<string, Value>, text, eol, at);
  const changed = splices
    .sort((one, other) => other.from - one.from)
    .reduce((all, { from, to, text: part }) => all.slice(0, from) + part + all.slice(to), text);
  requireOnlyRoute(document, parseYaml(changed, name), model, route, at);
  return changed;
}

/** The route as the file states it, without defaults. @throws BadInput */
export function routeIn(text: string, name: string, model: string): Route {
  const document = parseYaml(text, name);
  return routeNode(document, model, `${NAMESPACE}:models.${model}.route`).toJS(document) as Route;
}

/** Where people wrote it; what is behind an alias is somewhere else, too. */
function routeNode(document: Document, model: string, at: string): YAMLMap {
  let node: unknown = document.contents;
  for (const keys of [["config"], [`${NAMESPACE}:models`, "models"], [model], ["route"]]) {
    const pair = isMap(node) ? node.items.find(({ key }) => keys.includes(keyOf(key))) : undefined;
    node = pair?.value;
    if (isAlias(node))
      throw refused(at, `comes by the alias *${node.source}, which others use, too: write it out here`);
    if (!isMap(node))
      throw refused(at, "is not written out there, but comes from elsewhere: write it out as an object of its own");
  }
  return node as YAMLMap;
}

function refused(at: string, message: string): BadInput {
  return new BadInput([error(at, message)] satisfies Problem[]);
}

function keyOf(key: unknown): string {
  // Of a merge key the value is a symbol.
  return String(isScalar(key) ? (key.source ?? key.value) : key);
}

function changesOf(node: YAMLMap, wanted: Record<string, Value>, text: string, eol: string, at: string): Splice[] {
  const items = node.items as Pair<Scalar, unknown>[];
  const written = new Map(items.map((pair) => [keyOf(pair.key), pair]));
  if (written.has("<<")) throw refused(at, "takes keys of another object (<<): write them out here");
  const added = Object.entries(wanted).filter(([key, value]) => value !== undefined && !written.has(key));
  const splices: Splice[] = [];
  for (const [key, pair] of written) {
    const value = wanted[key];
    const old = pair.value;
    if (value === undefined) continue;
    if (typeof value === "object") {
      if (isAlias(old)) throw refused(`${at}.${key}`, "comes by an alias: write it out here");
      if (!isMap(old)) throw refused(`${at}.${key}`, "is no object: write it out here");
      splices.push(...changesOf(old, value, text, eol, `${at}.${key}`));
    } else if (isAlias(old)) throw refused(`${at}.${key}`, "comes by an alias: write it out here");
    else if (!isScalar(old) || old.value !== value) {
      const [from, to] = (old as Scalar).range!;
      splices.push({ from, to, text: flowText(value) });
    }
  }
  const removed = items.map((pair) => wanted[keyOf(pair.key)] === undefined);
  return [
    ...splices,
    ...(node.flow === true ? inFlow(node, removed, added, text) : inBlock(node, removed, added, text, eol)),
  ];
}

type Added = [key: string, value: Value][];

/** Pairs of `{ a: 1, b: 2 }`. A removed pair takes the comma before it along, the first one that after it. */
function inFlow(node: YAMLMap, removed: readonly boolean[], added: Added, text: string): Splice[] {
  const items = node.items as Pair<Scalar, unknown>[];
  const splices: Splice[] = [];
  const kept = items.filter((_, index) => !removed[index]);
  const firstKept = removed.indexOf(false);
  items.forEach((pair, index) => {
    if (!removed[index]) return;
    const isBeforeKept = firstKept === -1 || index < firstKept;
    const next = items[index + 1];
    const from = isBeforeKept ? startOf(pair) : endOf(items[index - 1]!);
    const to = isBeforeKept && next !== undefined ? startOf(next) : endOf(pair);
    splices.push({ from, to, text: "" });
  });
  if (added.length === 0) return splices;
  const more = added.map(([key, value]) => `${key}: ${flowText(value)}`).join(", ");
  const last = kept.at(-1);
  if (last !== undefined) splices.push({ from: endOf(last), to: endOf(last), text: `, ${more}` });
  else {
    const open = text.indexOf("{", node.range![0]) + 1;
    splices.push({ from: open, to: open, text: ` ${more}${items.length > 0 ? ", " : " "}` });
  }
  return splices;
}

/** Pairs on lines of their own, with the comments that stand on them. */
function inBlock(node: YAMLMap, removed: readonly boolean[], added: Added, text: string, eol: string): Splice[] {
  const items = node.items as Pair<Scalar, unknown>[];
  const splices = items.flatMap((pair, index) =>
    removed[index] ? [{ from: lineStart(text, startOf(pair)), to: lineEnd(text, endOf(pair)), text: "" }] : [],
  );
  if (added.length === 0) return splices;
  const kept = items.filter((_, index) => !removed[index]);
  const after = kept.at(-1) ?? items.at(-1)!;
  const start = startOf(items[0]!);
  const indent = text.slice(lineStart(text, start), start);
  const at = lineEnd(text, endOf(after));
  const isEndless = at > 0 && text[at - 1] !== "\n";
  const lines = added.map(([key, value]) => `${indent}${key}: ${flowText(value)}`);
  splices.push({
    from: at,
    to: at,
    text: isEndless ? eol + lines.join(eol) : lines.map((line) => line + eol).join(""),
  });
  return splices;
}

function startOf({ key }: Pair<Scalar, unknown>): number {
  return key.range![0];
}

/** Behind a pair's value; its comment and the rest of its line are not of it. */
function endOf({ key, value }: Pair<Scalar, unknown>): number {
  const { range } = (value ?? key) as Scalar;
  return range![1];
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf("\n", at - 1) + 1;
}

/** Behind the end of a line. A block's value ends at the start of the next line. */
function lineEnd(text: string, at: number): number {
  if (at > 0 && text[at - 1] === "\n") return at;
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}

/** A value in one line. */
function flowText(value: Value): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "object") {
    const pairs = Object.entries(value).map(([key, one]) => `${key}: ${flowText(one)}`);
    return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
  }
  // A release such as `null` or `y` is text; so is a reason with signs of YAML's own.
  return /^[a-z][a-z0-9]*$/.test(value) && !/^(null|true|false|yes|no|on|off|y|n)$/.test(value)
    ? value
    : JSON.stringify(value);
}

/** Whether the route alone differs, and is what it should be: anchors may lead elsewhere, and comments may swallow a line. */
function requireOnlyRoute(before: Document, after: Document, model: string, route: Route, at: string): void {
  const [old, now] = [before.toJS() as Config, after.toJS() as Config];
  const routed = modelIn(now, model);
  const got = routed?.["route"];
  const plain = JSON.parse(JSON.stringify(route)) as unknown;
  if (routed !== undefined) routed["route"] = modelIn(old, model)?.["route"];
  if (isDeepStrictEqual(got, plain) && isDeepStrictEqual(now, old)) return;
  const message = isDeepStrictEqual(got, plain)
    ? "is used elsewhere in the file by an anchor, so this step would change other models, too: write the route out"
    : `cannot be changed to ${quote(plain)} as it is written: write it as one object on a line`;
  throw refused(at, message);
}

interface Config {
  config: Record<string, Record<string, Record<string, unknown>>>;
}

function modelIn({ config }: Config, model: string): Record<string, unknown> | undefined {
  return (config[`${NAMESPACE}:models`] ?? config["models"])?.[model];
}
