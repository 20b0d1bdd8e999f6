/** Shows how a value is written, by its schema: for messages that say what is wanted. */
import { z } from "zod";
import { unwrapped } from "./parts.js";
import { quote } from "./problems.js";

/** Stands for a value that only its writer knows. */
const ANY = "…";
/** Keys shown of an object beyond those that have to be given. */
const MOST_KEYS = 2;
/** Texts that YAML takes for text, quoted or not. */
const PLAIN = /^[A-Za-z][\w./-]*$/;
const WORDS = /^(true|false|yes|no|on|off|null)$/i;

/**
 * An object or a list as YAML, such as `{ type: l4, count: 1 }`.
 *
 * @param got what was given in its place; shown where the first key that may hold it stands
 * @returns `undefined` for what is neither
 */
export function exampleOf(schema: z.core.$ZodType, got?: unknown): string | undefined {
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject) return objectExample(inner.shape, got);
  if (inner instanceof z.ZodRecord)
    return `{ <name>: ${exampleOf(inner.valueType, got) ?? given(inner.valueType, got)} }`;
  if (inner instanceof z.ZodArray) return `[${exampleOf(inner.element) ?? given(inner.element, got)}]`;
  return undefined;
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

/** What has to be given, and of the rest what has a default, as far as there is room. */
function objectExample(shape: Shape, got: unknown): string {
  const keys = Object.keys(shape);
  const required = keys.filter((key) => !(shape[key] instanceof z.ZodOptional) && defaultOf(shape[key]!) === undefined);
  const filled = keys.filter((key) => isScalar(defaultOf(shape[key]!)));
  const others = filled.length + required.length > 0 ? filled : keys;
  const shown = [...required, ...others.slice(0, Math.max(0, MOST_KEYS - required.length))];
  // What was given is one key's value at the most.
  const meant = required.find((key) => takes(shape[key]!, got));
  const entries = shown.map((key) => {
    const value =
      key === meant ? written(got) : isScalar(defaultOf(shape[key]!)) ? written(defaultOf(shape[key]!)) : ANY;
    return `${key}: ${value}`;
  });
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** A scalar that its schema takes, or what stands for one. */
function given(schema: z.core.$ZodType, got: unknown): string {
  return takes(schema, got) ? written(got) : ANY;
}

function takes(schema: z.core.$ZodType, got: unknown): boolean {
  return isScalar(got) && !(schema instanceof z.ZodUnknown) && z.safeParse(schema, got).success;
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

/** `undefined` where there is none; what a `prefault` or an empty object stands for is none that could be shown. */
function defaultOf(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return (schema as z.ZodDefault).def.defaultValue;
  }
  return undefined;
}

/** As in YAML. */
function written(value: unknown): string {
  return typeof value === "string" && PLAIN.test(value) && !WORDS.test(value) && value.length <= 60
    ? value
    : quote(value);
}
