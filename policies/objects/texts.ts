/** All texts in a resource's properties. */
import type { Path } from "./path.js";

export interface FoundText {
  path: Path;
  text: string;
}

/** As in search.ts: no manifest is deeper. */
const DEEPEST = 60;

/**
 * Texts wherever they are, as they stand: one that the engine does not know yet is the text that stands for it, and does not
 * throw.
 */
export function* textsIn(value: unknown, path: Path = []): Iterable<FoundText> {
  if (typeof value === "string") yield { path, text: value };
  if (typeof value !== "object" || value === null || path.length > DEEPEST) return;
  for (const [key, { value: item }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
    // A list has a length, too.
    if (Array.isArray(value) && key === "length") continue;
    yield* textsIn(item as unknown, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}
