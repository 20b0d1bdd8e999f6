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
  type SchemaOptions,
} from "yaml";
import { append, ContractError, didYouMean, error, type Problem, quote } from "../components/config/problems.js";
import {
  MAX_CHARACTERS,
  MAX_DEPTH,
  MAX_ENTRIES,
  MAX_VALUES,
  TOO_DEEP,
  tooManyEntries,
  tooManyValues,
  tooMuchText,
} from "../components/config/size.js";
import { type Parsed, placeOf, RepeatedKeys, syntaxProblems } from "./yamlErrors.js";

/** How much is read. */
export interface YamlBounds {
  /** Entries of a list; an object never has more than {@link MAX_ENTRIES}. */
  items: number;
  /** Of all documents together, those that aliases repeat included. */
  values: number;
  characters: number;
}

const STACK_FILE: YamlBounds = { items: MAX_ENTRIES, values: MAX_VALUES, characters: MAX_CHARACTERS };

/** What plain words stand for. */
export type YamlWords = Pick<SchemaOptions, "schema" | "customTags">;

/**
 * A YAML document without errors, whose aliases can be followed.
 *
 * @param name of the file, for messages
 * @throws ContractError with every error's line and column
 */
export function parseYaml(text: string, name: string): Document {
  const { documents, parsed } = composed(text, name, STACK_FILE);
  const [document, ...others] = [...documents];
  const problems = problemsOf(document!, parsed);
  // What is after a broken line may be read as a document that nobody meant.
  if (problems.length === 0 && others.length > 0) {
    const message =
      "a second YAML document begins here: a stack file has one, so leave out the line --- and what is below";
    problems.push(error(placeOf(others[0]!.range[0], parsed), message));
  }
  if (problems.length > 0) throw new ContractError(problems);
  checkFollowed(document!, parsed, STACK_FILE);
  return document!;
}

/**
 * What `take` makes of each YAML document of a text; no document is kept, since a large text's take a hundred times its memory.
 *
 * @param name of the file, for messages
 * @param words of a version of YAML; `yes` is text in the core of YAML 1.2
 * @param take gets documents without errors, whose aliases can be followed
 * @throws ContractError with every error's line and column
 */
export function parseYamlDocuments<T>(
  text: string,
  name: string,
  bounds: YamlBounds,
  words: YamlWords,
  take: (document: Document, lines: LineCounter) => T,
): T[] {
  const { documents, parsed } = composed(text, name, bounds, words);
  const taken: T[] = [];
  const problems: Problem[] = [];
  let size: Size = { values: 0, characters: 0 };
  for (const document of documents) {
    append(problems, problemsOf(document, parsed));
    if (problems.length > 0) continue;
    size = checkFollowed(document, parsed, bounds, size);
    taken.push(take(document, parsed.lines));
  }
  if (problems.length > 0) throw new ContractError(problems);
  return taken;
}

type ParsedDocument = Document.Parsed<ParsedNode>;

function composed(
  text: string,
  name: string,
  bounds: YamlBounds,
  words: YamlWords = {},
): { documents: Iterable<ParsedDocument>; parsed: Parsed } {
  const parsed = { text, name, lines: new LineCounter(), keys: new RepeatedKeys() };
  // Merge keys (`<<`), as Pulumi's own YAML parser takes them. No tags such as !!omap and !!binary, which not every reader takes
  // for the same: without a meaning here, they are warnings.
  const options = { ...words, merge: true, resolveKnownTags: false, uniqueKeys: parsed.keys.isSame };
  return { documents: composedEach(parsed, bounds, new Composer<ParsedNode>(options)), parsed };
}

/** @throws ContractError for what is too large or too deep to be composed */
function* composedEach(
  { text, name, lines }: Parsed,
  bounds: YamlBounds,
  composer: Composer<ParsedNode>,
): Iterable<ParsedDocument> {
  try {
    for (const token of new Parser(lines.addNewLine).parse(text)) {
      refuse(tooLargeToken(token, bounds.items), name);
      yield* composer.next(token);
    }
  } catch (thrown) {
    // The parser goes down one call for each level that ends.
    if (thrown instanceof RangeError) throw new ContractError([error(name, TOO_DEEP)]);
    throw thrown;
  }
  yield* composer.end(true, text.length);
}

function problemsOf({ errors, warnings }: Document, parsed: Parsed): Problem[] {
  return syntaxProblems([...errors, ...warnings], parsed);
}

/**
 * @param before the size of the documents before it
 * @returns the size of all
 * @throws ContractError when aliases cannot be followed, or become too much
 */
function checkFollowed(document: Document, parsed: Parsed, bounds: YamlBounds, before?: Size): Size {
  const { size, wrong } = followed(document, parsed);
  if (wrong.length > 0) throw new ContractError(wrong);
  const whole = before === undefined ? size : sum(before, size);
  refuse(tooLargeOnceFollowed(whole, bounds), parsed.name);
  return whole;
}

const COLLECTION_KEY = "has a list or an object as a key: use text";

function refuse(why: string | undefined, name: string): void {
  if (why !== undefined) throw new ContractError([error(name, why)]);
}

/**
 * What makes a part of a text too large. The library looks for repeated keys pair by pair, which takes minutes for
 * fifty thousand, and goes down one call for each level.
 */
function tooLargeToken(whole: CST.Token, mostItems: number): string | undefined {
  const waiting: { token: CST.Token | null | undefined; depth: number }[] = [{ token: whole, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { token } = next;
    if (token?.type === "document") waiting.push({ token: token.value, depth: next.depth });
    if (token === null || token === undefined || !("items" in token)) continue;
    const depth = next.depth + 1;
    if (depth > MAX_DEPTH) return TOO_DEEP;
    // Comments and empty lines have items of their own.
    const items = token.items.filter(({ key, value }) => key !== undefined || value !== undefined);
    // A list in brackets has the same kind of token as an object in braces.
    const most = token.type === "block-seq" ? mostItems : MAX_ENTRIES;
    if (items.length > most) return tooManyEntries(items.length, most);
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

function tooLargeOnceFollowed({ values, characters }: Size, most: YamlBounds): string | undefined {
  if (values > most.values) return tooManyValues(most.values);
  return characters > most.characters ? tooMuchText(most.characters) : undefined;
}

/** How much something becomes. */
interface Size {
  values: number;
  characters: number;
}

function sum(a: Size, b: Size): Size {
  return { values: a.values + b.values, characters: a.characters + b.characters };
}
