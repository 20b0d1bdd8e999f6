/** Turns zod's findings into problems with full path, value, what is allowed and the fix. */
import { z } from "zod";
import { exampleOf } from "./example.js";
import { movedKey } from "./moved.js";
import { type Parts, partsOf, unwrapped } from "./parts.js";
import { didYouMean, error, listOr, type Problem, quote } from "./problems.js";

/** The parsed value, or every problem with it and what is right of it. */
export type Parsed<T> =
  { value: T; parts: Parts<T>; problems: [] } | { value: undefined; parts: Parts<T>; problems: Problem[] };

export function parse<T extends z.ZodType>(schema: T, input: unknown, path: string): Parsed<z.output<T>> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return { value: result.data, parts: result.data as Parts<z.output<T>>, problems: [] };
  return {
    value: undefined,
    parts: partsOf(schema, input),
    problems: result.error.issues.flatMap((issue) => toProblems(issue, path, schema, input)),
  };
}

/** `base.key[0]`; keys that are no plain names are quoted. */
export function joinPath(base: string, keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return /^[\w-]+$/.test(String(key)) ? `${path}.${String(key)}` : `${path}[${JSON.stringify(String(key))}]`;
  }, base);
}

function toProblems(issue: z.core.$ZodIssue, base: string, schema: z.ZodType, input: unknown): Problem[] {
  const path = joinPath(base, issue.path);
  const got = quote(issue.input);
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysAt(schema, issue.path);
      const section = schemaAt(schema, issue.path);
      return issue.keys.map((key) =>
        error(
          joinPath(path, [key]),
          movedKey(section, key) ??
            `unknown key${didYouMean(key, known) || "."}${known.length > 0 ? ` Allowed: ${listOr(known)}` : ""}`,
        ),
      );
    }
    case "invalid_type":
      // As below: what was got may be the secret itself.
      if (issue.message.startsWith("holds ")) return [error(path, issue.message)];
      return [error(path, wrongType(issue.input, issue.expected, schemaAt(schema, issue.path)))];
    case "invalid_value":
      if (issue.input === undefined) return [error(path, `is missing: use ${listOr(issue.values.map(String))}`)];
      return [
        error(
          path,
          `${got} is not allowed: use ${listOr(issue.values.map(String))}${typeof issue.input === "string" ? didYouMean(issue.input, issue.values.map(String)) : ""}`,
        ),
      ];
    case "too_small":
      if (issue.origin === "string" || issue.origin === "array") {
        return [
          error(
            path,
            issue.message.startsWith("is ") ? issue.message : `${got} is empty: give at least ${issue.minimum}`,
          ),
        ];
      }
      return [error(path, `${got} is too small: use ${issue.inclusive ? "at least" : "more than"} ${issue.minimum}`)];
    case "too_big":
      if (issue.origin === "string") {
        const characters = (issue.input as string).length;
        return [error(path, `has ${characters} characters: use at most ${issue.maximum}`)];
      }
      return [error(path, `${got} is too large: use ${issue.inclusive ? "at most" : "less than"} ${issue.maximum}`)];
    case "invalid_format":
      return [error(path, `${got} ${/^(is|has) /.test(issue.message) ? issue.message : "has the wrong form"}`)];
    case "invalid_key": {
      const key = error(path, `the key ${issue.issues[0]?.message ?? "has the wrong form"}`);
      // The schema looks no further there.
      const below = schemaAt(schema, issue.path);
      return [
        key,
        ...(below === undefined ? [] : parse(below as z.ZodType, valueAt(input, issue.path), path).problems),
      ];
    }
    case "invalid_union": {
      if (issue.discriminator !== undefined) return ofNoKind(issue, issue.discriminator, base, schema);
      // Of the choices, the one whose type it is says what is wrong with it.
      const meant = issue.errors.find((found) => !found.some((inner) => isOfAnotherType(inner, issue.input)));
      if (meant !== undefined) {
        return meant.flatMap((inner) =>
          toProblems({ ...inner, path: [...issue.path, ...inner.path] }, base, schema, input),
        );
      }
      const expected = issue.errors.flatMap((found) => found.flatMap((inner) => expectedOf(inner)));
      const allowed = expected.length > 0 ? listOr([...new Set(expected.map(article))]) : ANYTHING;
      return [error(path, `${issue.input === undefined ? "is missing" : `${got} is not allowed`}: use ${allowed}`)];
    }
    default:
      // A check of our own says what is wrong with the value; one that may hold a password is not shown.
      return [error(path, issue.message.startsWith("holds ") ? issue.message : `${got}: ${issue.message}`)];
  }
}

/** What is said of a value of another type. @param schema what the value should follow, if that is known */
function wrongType(input: unknown, expected: string, schema: z.core.$ZodType | undefined): string {
  const example = schema && exampleOf(schema, input);
  const wanted = article(expected) + (example === undefined ? "" : ` such as ${example}`);
  if (input === undefined) return `is missing: give ${wanted}`;
  if (Number.isNaN(input)) return `NaN is not a number: use ${wanted}`;
  if (input === null) return `is empty: give ${wanted}`;
  if (expected === "string" && typeof input === "number") return readAsNumber(input);
  if (expected === "string" && typeof input === "boolean") return `${input} is true or false: quote it, "${input}"`;
  if (isNumberInQuotes(input, expected)) return `${quote(input)} is text: write the number without quotes`;
  return `${quote(input)} is ${typeName(input)}: use ${wanted}`;
}

/** Of a text of digits that nobody quoted: what was written is lost, so it is not guessed. */
function readAsNumber(input: number): string {
  const got = String(input);
  const shown = got.includes("e") ? "is read as a number too long to keep its digits" : `is read as the number ${got}`;
  return `${shown}: quote it as it is meant, such as "1.30", since a number loses zeros and digits`;
}

function isNumberInQuotes(input: unknown, expected: string): boolean {
  return ["number", "int"].includes(expected) && typeof input === "string" && /^-?\d+(\.\d+)?$/.test(input);
}

const ANYTHING = "text, a number, true or false, a list or an object";

/** Whether a choice is for values of another type. @param input what the union got */
function isOfAnotherType(issue: z.core.$ZodIssue, input: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_value") return !issue.values.some((value) => typeof value === typeof input);
  return issue.code === "invalid_type" || issue.code === "invalid_union";
}

/** An object that is none of several kinds: the key that tells them apart, and what is wrong with its others whatever the kind. */
function ofNoKind(
  { path, input }: z.core.$ZodIssueInvalidUnion,
  discriminator: string,
  base: string,
  schema: z.ZodType,
): Problem[] {
  const at = joinPath(base, path.slice(0, -1));
  const union = schemaAt(schema, path.slice(0, -1));
  const options = (union instanceof z.ZodUnion ? union.options : []) as z.ZodObject[];
  const kinds = options.flatMap(({ shape }) => [...(shape[discriminator] as z.ZodLiteral<string>).values]);
  const { [discriminator]: kind, ...others } = input as Record<string, unknown>;
  const got = kind === undefined ? "is missing" : `${quote(kind)} is not allowed`;
  const suggestion = typeof kind === "string" ? didYouMean(kind, kinds) : "";
  return [
    error(joinPath(at, [discriminator]), `${got}: use ${listOr(kinds)}${suggestion}`),
    ...Object.entries(others).flatMap(([key, value]) => {
      const choices = options.flatMap(({ shape }) => (Object.hasOwn(shape, key) ? (shape[key] as z.ZodType) : []));
      if (choices.length === 0) return [error(joinPath(at, [key]), "unknown key")];
      const parsed = choices.map((choice) => parse(choice, value, joinPath(at, [key])).problems);
      return parsed.some((problems) => problems.length === 0) ? [] : parsed[0]!;
    }),
  ];
}

function expectedOf(issue: z.core.$ZodIssue): string[] {
  if (issue.path.length > 0) return [];
  if (issue.code === "invalid_value") return issue.values.map(String);
  return issue.code === "invalid_type" ? [issue.expected] : [];
}

/** What kind of value it is: `a number`, `a list`. */
export function typeName(value: unknown): string {
  return article(Array.isArray(value) ? "array" : typeof value);
}

const NAMES: Record<string, string> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  object: "an object",
  record: "an object",
  array: "a list",
};

function article(type: string): string {
  return NAMES[type] ?? type;
}

/** The keys that the object at a path of the schema knows. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const inner = schemaAt(schema, path);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** What a schema asks of the value at a path; `undefined` where it says nothing of it. */
function schemaAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): z.core.$ZodType | undefined {
  const inner = unwrapped(schema);
  const [key, ...rest] = path;
  if (key === undefined) return inner;
  if (inner instanceof z.ZodUnion) return firstOf(inner.options, (option) => schemaAt(option, path));
  if (inner instanceof z.ZodObject) {
    const shape = inner.shape as Record<PropertyKey, z.core.$ZodType>;
    return Object.hasOwn(shape, key) ? schemaAt(shape[key]!, rest) : undefined;
  }
  if (inner instanceof z.ZodRecord) return schemaAt(inner.valueType, rest);
  return inner instanceof z.ZodArray ? schemaAt(inner.element, rest) : undefined;
}

/** The first answer that is one. */
function firstOf<Item, Answer>(items: readonly Item[], ask: (item: Item) => Answer | undefined): Answer | undefined {
  for (const item of items) {
    const answer = ask(item);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], input);
}
