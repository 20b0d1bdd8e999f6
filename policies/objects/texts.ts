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
export function textsIn(value: unknown, path: Path = []): FoundText[] {
  const found: FoundText[] = [];
  const here = [...path];
  const visit = (inner: unknown): void => {
    if (typeof inner === "string") found.push({ path: [...here], text: inner });
    if (typeof inner !== "object" || inner === null || here.length > DEEPEST) return;
    for (const key of Array.isArray(inner) ? inner.keys() : Object.keys(inner)) {
      here.push(key);
      // The engine's guard watches reads of a property, not of its descriptor.
      visit(Object.getOwnPropertyDescriptor(inner, key)?.value);
      here.pop();
    }
  };
  visit(value);
  return found;
}
