/**
 * What is right in a config that is wrong elsewhere. Checks run on it, so that one wrong value hides no other problem, and
 * nothing is invented to stand in for what is wrong.
 */
import { z } from "zod";

/** Type of {@link WRONG}. */
export class Wrong {
  /** So that no other object passes for it. */
  declare private readonly brand: never;
}

/** Stands where a value is missing or wrong in shape; the problem itself has been reported. */
export const WRONG = new Wrong();

export function isWrong(value: unknown): value is Wrong {
  return value === WRONG;
}

/** `T` with {@link WRONG} in the place of whatever is wrong: an object always has its keys, lists and records keep what they can. */
export type Parts<T> = PartsOf<Exclude<T, undefined>> | Extract<T, undefined>;
/** {@link Parts} of what is there. */
export type PartsOf<T> = [Extract<T, string | number | boolean | null>] extends [never]
  ? T extends readonly (infer Item)[]
    ? Parts<Item>[] | Wrong
    : string extends keyof T
      ? { [key: string]: Parts<T[string & keyof T]> } | Wrong
      : { [Key in keyof T]: Parts<T[Key]> }
  : T | Wrong;

/** What {@link Parts} is made of. */
type Whole<P> = P extends Wrong ? never : P extends object ? { [Key in keyof P]: Whole<P[Key]> } : P;

/** The parts of a value that are right, by its schema. */
export function partsOf<T extends z.ZodType>(schema: T, input: unknown): Parts<z.output<T>> {
  return partsIn(schema, input) as Parts<z.output<T>>;
}

function partsIn(schema: z.core.$ZodType, input: unknown): unknown {
  const result = isWrong(input) ? undefined : z.safeParse(schema, input);
  if (result?.success) return result.data;
  const inner = unwrapped(schema);
  if (inner instanceof z.ZodObject) {
    const values = isObject(input) && !Array.isArray(input) ? input : undefined;
    const entries = Object.entries(inner.shape as Record<string, z.core.$ZodType>).map(
      ([key, property]) => [key, partsIn(property, values === undefined ? WRONG : values[key])] as const,
    );
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }
  if (inner instanceof z.ZodRecord && isObject(input) && !Array.isArray(input)) {
    const { valueType } = inner;
    return Object.fromEntries(Object.entries(input).map(([key, value]) => [key, partsIn(valueType, value)]));
  }
  if (inner instanceof z.ZodArray && Array.isArray(input)) {
    const items = input.map((item) => partsIn(inner.element, item));
    // Where every item is right, it is the list itself that is not, such as one without any.
    return items.every(isWhole) ? WRONG : items;
  }
  return WRONG;
}

/** A schema without what says that it may be left out. */
export function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  const isWrapped =
    schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapped ? unwrapped(schema.unwrap()) : schema;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !isWrong(value);
}

/** Whether a value is right in all its parts. */
export function isWhole<P>(value: P): value is P & Whole<P> {
  if (isWrong(value)) return false;
  return !isObject(value) || Object.values(value).every(isWhole);
}

/** What follows from values, where all of them are right; {@link WRONG} where one is not. */
export function from<const Values extends readonly unknown[], Result>(
  values: Values,
  derive: (...whole: { [Index in keyof Values]: Whole<Values[Index]> }) => Result,
): Result | Wrong {
  if (!values.every(isWhole)) return WRONG;
  return derive(...(values as unknown as { [Index in keyof Values]: Whole<Values[Index]> }));
}

/** Problems of values, where all of them are right; none where one is not. */
export function given<const Values extends readonly unknown[], Problem>(
  values: Values,
  check: (...whole: { [Index in keyof Values]: Whole<Values[Index]> }) => Problem[],
): Problem[] {
  const problems = from(values, check);
  return isWrong(problems) ? [] : problems;
}

/** Items of a list that are right, with their places. */
export function itemsOf<Item>(list: (Item | Wrong)[] | Wrong | undefined): { item: Item; index: number }[] {
  if (list === undefined || isWrong(list)) return [];
  return list.flatMap((item, index) => (isWrong(item) ? [] : [{ item, index }]));
}

/** Entries of a record; none where it is no record. */
export function entriesOf<V>(record: { [key: string]: V } | Wrong | undefined): [string, V][] {
  return record === undefined || isWrong(record) ? [] : Object.entries(record);
}
