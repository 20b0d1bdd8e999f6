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
  Parser,
  type ParsedNode,
} from "yaml";
import { ContractError, error } from "../components/config/problems.js";
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
  const composer = new Composer<ParsedNode>({ merge: true, resolveKnownTags: false });
  const [document, ...others] = composer.compose(tokens, true, text.length);
  const problems = [...document!.errors, ...document!.warnings].map(({ message, pos }) => {
    const { line, col } = lines.linePos(pos[0]);
    return error(`${name}:${line}:${col}`, message);
  });
  if (others.length > 0) problems.push(error(name, "has several YAML documents: give one, without a line ---"));
  if (problems.length > 0) throw new ContractError(problems);
  refuse(tooLargeOnceFollowed(document!), name);
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
 * What makes a document too large to follow its aliases. The library counts them as it follows them, and takes minutes for
 * twenty thousand of a long list.
 */
function tooLargeOnceFollowed({ contents }: Document): string | undefined {
  /** What is below an anchor, by its name; the last one of a name counts, as in YAML. */
  const anchored = new Map<string, Size>();
  const sizeOf = (node: unknown): Size => {
    if (isPair(node)) return sum(sizeOf(node.key), sizeOf(node.value));
    // What is not known yet is part of itself or has no anchor: whoever follows it says so.
    if (isAlias(node)) return anchored.get(node.source) ?? { values: 1, characters: 0 };
    let size: Size = { values: 1, characters: isScalar(node) ? String(node.value).length : 0 };
    if (isCollection(node)) for (const item of node.items) size = sum(size, sizeOf(item));
    if (isNode(node) && "anchor" in node && node.anchor !== undefined) anchored.set(node.anchor, size);
    return size;
  };
  const { values, characters } = sizeOf(contents);
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
