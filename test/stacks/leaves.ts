/** Places of a config, for tests that put something at each of them. */
import { joinPath } from "../../components/config/parse.js";

/** A place of a config. */
export interface Leaf {
  keys: (string | number)[];
  /** Without `vllm:`. */
  path: string;
}

/** Every place of a config that holds no others. */
export function leavesOf(value: unknown, keys: (string | number)[] = []): Leaf[] {
  if (value === null || typeof value !== "object") {
    return [{ keys, path: joinPath(String(keys[0]), keys.slice(1)) }];
  }
  const entries = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return entries.flatMap(([key, inner]) => leavesOf(inner, [...keys, key]));
}

/** A copy with another value at a place. */
export function planted(value: unknown, [key, ...rest]: (string | number)[], mark: unknown): unknown {
  if (key === undefined) return mark;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === key ? planted(item, rest, mark) : item));
  const object = value as Record<string, unknown>;
  return { ...object, [key]: planted(object[key], rest, mark) };
}

/** Configs with places that they alone have: what lies in several of them is told once, in the first. */
export function placesOnce<T extends Record<string, unknown>>(
  configs: T,
): { name: keyof T & string; values: unknown; leaves: Leaf[] }[] {
  const told = new Set<string>();
  return Object.entries(configs).map(([name, values]) => {
    const leaves = leavesOf(values).filter(({ path }) => !told.has(path));
    for (const { path } of leaves) told.add(path);
    return { name, values, leaves };
  });
}
