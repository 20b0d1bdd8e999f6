/** Reads YAML of people who may not be trusted: what is far beyond any real config is refused before it is worked on. */
import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  type ParsedNode,
} from "yaml";
import { ContractError, didYouMean, error, type Problem, quote } from "../components/config/problems.js";
import {
  MAX_CHARACTERS,
  MAX_DEPTH,
  MAX_ENTRIES,
  MAX_VALUES,
  TOO_DEEP,
  TOO_MANY_VALUES,
  TOO_MUCH_TEXT,
  tooManyEntries,
} from "../components/config/size.js";
import { type Parsed, placeOf, RepeatedKeys, syntaxProblems } from "./yamlErrors.js";

/**
 * A YAML document without errors, whose aliases can be followed.
 *
 * @param name of the file, for messages
 * @throws ContractError with every error's line and column
 */
export function parseYaml(text: string, name: string): Document {
  const lines = new LineCounter();
  const tokens = tokensOf(text, lines, name);
  refuse(tooLargeTokens(tokens), name);
  // Merge keys (`<<`), as Pulumi's own YAML parser takes them. No tags such as !!omap and !!binary, which not every reader takes
  // for the same: without a meaning here, they are warnings.
  const keys = new RepeatedKeys();
  const composer = new Composer<ParsedNode>({ merge: true, resolveKnownTags: false, uniqueKeys: keys.isSame });
  const [document, ...others] = composer.compose(tokens, true, text.length);
  const parsed: Parsed = { text, lines, name, keys };
  const problems = syntaxProblems([...document!.errors, ...document!.warnings], parsed);
  // What is after a broken line may be read as a document that nobody meant.
  if (problems.length === 0 && others.length > 0) {
    const message =
      "a second YAML document begins here: a stack file has one, so leave out the line --- and what is below";
    problems.push(error(placeOf(others[0]!.range[0], parsed), message));
  }
  if (problems.length > 0) throw new ContractError(problems);
  const { size, wrong } = followed(document!, parsed);
  if (wrong.length > 0) throw new ContractError(wrong);
  refuse(tooLargeOnceFollowed(size), name);
  return document!;
}

const COLLECTION_KEY = "has a list or an object as a key: use text";

function tokensOf(text: string, lines: LineCounter, name: string): CST.Token[] {
  try {
    return [...new Parser(lines.addNewLine).parse(text)];
  } catch (thrown) {
    // It goes down one call for each level that ends.
    if (thrown instanceof RangeError) throw new ContractError([error(name, TOO_DEEP)]);
    throw thrown;
  }
}

function refuse(why: string | undefined, name: string): void {
  if (why !== undefined) throw new ContractError([error(name, why)]);
}

/**
 * What makes the text of a document too large. The library looks for repeated keys pair by pair, which takes minutes for
 * fifty thousand, and goes down one call for each level.
 */
function tooLargeTokens(tokens: readonly CST.Token[]): string | undefined {
  const waiting: { token: CST.Token | null | undefined; depth: number }[] = tokens.map((token) => ({
    token,
    depth: 0,
  }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token } = next;
    if (token?.type === "document") waiting.push({ token: token.value, depth: next.depth });
    if (token === null || token === undefined || !("items" in token)) continue;
    const depth = next.depth + 1;
    if (depth > MAX_DEPTH) return TOO_DEEP;
    // Comments and empty lines have items of their own.
    const items = token.items.filter(({ key, value }) => key !== undefined || value !== undefined);
    if (items.length > MAX_ENTRIES) return tooManyEntries(items.length);
    if (items.some(({ key }) => key !== null && key !== undefined && "items" in key)) return COLLECTION_KEY;
    for (const { key, value } of items) waiting.push({ token: key, depth }, { token: value, depth });
  }
  return undefined;
}

/**
 * How much a document becomes once its aliases are followed, and what keeps them from being followed. The library counts them
 * as it follows them, and takes minutes for twenty thousand of a long list.
 */
function followed({ contents }: Document, parsed: Parsed): { size: Size; wrong: Problem[] } {
  /** What is below an anchor, by its name; the last one of a name counts, as in YAML. */
  const anchored = new Map<string, Size>();
  /** Anchors of what the walk is in. */
  const open = new Set<string>();
  const wrong: Problem[] = [];
  const found = (node: Node, message: string): void => void wrong.push(error(placeOf(node.range![0], parsed), message));
  const sizeOf = (node: unknown): Size => {
    if (isPair(node)) {
      if (isMergeOfNothing(node))
        found(node.key as Node, "<< takes the keys of an object: give an alias, such as *shared");
      if (isScalar(node.key) && node.key.value === "__proto__") {
        found(node.key, 'the key "__proto__" is lost by many readers: use another name');
      }
      return sum(sizeOf(node.key), sizeOf(node.value));
    }
    if (isAlias(node)) {
      const size = anchored.get(node.source);
      if (open.has(node.source)) found(node, `the alias *${node.source} is part of what it stands for: leave it out`);
      else if (size === undefined) {
        const meant = didYouMean(node.source, anchored.keys());
        found(
          node,
          `no anchor ${quote(`&${node.source}`)} stands before this alias${meant || ": quote it if it is text"}`,
        );
      }
      return size ?? { values: 1, characters: 0 };
    }
    const anchor = isNode(node) && "anchor" in node ? node.anchor : undefined;
    if (anchor !== undefined) open.add(anchor);
    let size: Size = { values: 1, characters: isScalar(node) ? String(node.value).length : 0 };
    if (isCollection(node)) for (const item of node.items) size = sum(size, sizeOf(item));
    if (anchor !== undefined) {
      open.delete(anchor);
      anchored.set(anchor, size);
    }
    return size;
  };
  return { size: sizeOf(contents), wrong };
}

/** Whether `<<` merges a text or a number, which has no keys. */
function isMergeOfNothing({ key, value }: Pair): boolean {
  return isScalar(key) && key.source === "<<" && key.type === "PLAIN" && isScalar(value);
}

function tooLargeOnceFollowed({ values, characters }: Size): string | undefined {
  if (values > MAX_VALUES) return TOO_MANY_VALUES;
  return characters > MAX_CHARACTERS ? TOO_MUCH_TEXT : undefined;
}

/** How much something becomes. */
interface Size {
  values: number;
  characters: number;
}

function sum(a: Size, b: Size): Size {
  return { values: a.values + b.values, characters: a.characters + b.characters };
}
