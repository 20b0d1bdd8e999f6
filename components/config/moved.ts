/** Keys that a section had once: whoever still writes one is told what took its place. */
import type { z } from "zod";

const MOVED = new WeakMap<z.core.$ZodType, Readonly<Record<string, string>>>();

/** The schema of an object, which knows of keys that it no longer has. @param moved by key, what to do instead */
export function withMovedKeys<T extends z.ZodObject>(schema: T, moved: Readonly<Record<string, string>>): T {
  MOVED.set(schema, moved);
  return schema;
}

/** What to do instead of giving a key; `undefined` of a key that never was. */
export function movedKey(schema: z.core.$ZodType | undefined, key: string): string | undefined {
  const moved = schema && MOVED.get(schema);
  return moved !== undefined && Object.hasOwn(moved, key) ? moved[key] : undefined;
}
