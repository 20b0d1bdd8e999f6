/** Turns zod's findings into problems with full path, value, what is allowed and the fix. */
import type { z } from "zod";
import { didYouMean, error, listOr, type Problem, quote } from "./problems.js";

/** The parsed value, or every problem with it. */
export type Parsed<T> = { value: T; problems: [] } | { value: undefined; problems: Problem[] };

export function parse<T extends z.ZodType>(schema: T, input: unknown, path: string): Parsed<z.output<T>> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return { value: result.data, problems: [] };
  return { value: undefined, problems: result.error.issues.flatMap((issue) => toProblems(issue, path, schema)) };
}

/** `base.key[0]`; keys that are no plain names are quoted. */
export function joinPath(base: string, keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return /^[\w-]+$/.test(String(key)) ? `${path}.${String(key)}` : `${path}[${JSON.stringify(String(key))}]`;
  }, base);
}

function toProblems(issue: z.core.$ZodIssue, base: string, schema: z.ZodType): Problem[] {
  const path = joinPath(base, issue.path);
  const got = quote(issue.input);
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysAt(schema, issue.path);
      return issue.keys.map((key) =>
        error(
          joinPath(path, [key]),
          `unknown key${didYouMean(key, known) || "."}${known.length > 0 ? ` Allowed: ${listOr(known)}` : ""}`,
        ),
      );
    }
    case "invalid_type":
      if (issue.input === undefined) return [error(path, `is missing: give ${article(issue.expected)}`)];
      if (issue.input === null) return [error(path, `is empty: give ${article(issue.expected)}`)];
      return [error(path, `${got} is ${typeName(issue.input)}: use ${article(issue.expected)}`)];
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
    case "invalid_key":
      return [error(path, `the key ${issue.issues[0]?.message ?? "has the wrong form"}`)];
    case "invalid_union":
      return [
        error(
          path,
          `${issue.input === undefined ? "is missing" : `${got} is not allowed`}: use text, a number, true or false, a list or an object`,
        ),
      ];
    default:
      // A check of our own says what is wrong with the value; one that may hold a password is not shown.
      return [error(path, issue.message.startsWith("holds ") ? issue.message : `${got}: ${issue.message}`)];
  }
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
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let current: unknown = schema;
  for (const key of path) current = step(unwrap(current), key);
  const shape = (unwrap(current) as { shape?: object } | undefined)?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}

function unwrap(schema: unknown): unknown {
  const inner = (schema as z.core.$ZodType | undefined)?._zod.def as { innerType?: unknown } | undefined;
  return inner?.innerType === undefined ? schema : unwrap(inner.innerType);
}

function step(schema: unknown, key: PropertyKey): unknown {
  const def = (schema as z.core.$ZodType | undefined)?._zod.def as
    { shape?: Record<PropertyKey, unknown>; valueType?: unknown; element?: unknown } | undefined;
  return def?.shape?.[key] ?? def?.valueType ?? def?.element;
}

/**
 * The parts of `input` that are right in shape, with `placeholder`'s values for the rest: what further checks can run on,
 * so that one wrong value does not hide the others' problems. Placeholders are chosen to pass those checks.
 */
export function salvage<T extends z.ZodType>(schema: T, input: unknown, placeholder: z.output<T>): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const def = (unwrap(schema) as z.core.$ZodType)._zod.def as {
    shape?: Record<string, z.ZodType>;
    valueType?: z.ZodType;
  };
  if (input === null || typeof input !== "object" || Array.isArray(input)) return placeholder;
  const values = input as Record<string, unknown>;
  if (def.shape !== undefined) {
    const fallback = (placeholder ?? {}) as Record<string, unknown>;
    const entries = Object.entries(def.shape).map(([key, inner]) => [key, salvage(inner, values[key], fallback[key])]);
    const kept = entries.filter(([, value]) => value !== undefined);
    return kept.length === 0 ? placeholder : (Object.fromEntries(kept) as z.output<T>);
  }
  if (def.valueType !== undefined) {
    const { valueType } = def;
    const entries = Object.entries(values).map(([key, value]) => [key, salvage(valueType, value, undefined)]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as z.output<T>;
  }
  return placeholder;
}
