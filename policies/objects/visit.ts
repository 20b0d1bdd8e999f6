/** Walks the objects in a resource's properties. */
import { all, each } from "../read/unknown.js";
import { type Fields, fields } from "../read/values.js";
import type { Path } from "./path.js";

/** No manifest or chart's values are deeper. */
const DEEPEST = 60;

/**
 * Visits an object and the objects in it, itself first. It reads nothing else: what is not known yet and no object is for `visit` to
 * read, if it needs it.
 *
 * @param visit returns false for an object whose inside is not to be visited
 * @throws the first value that is not known yet, once all others are visited
 */
export function visitObjects(value: unknown, visit: (object: Fields, path: Path) => boolean, path: Path = []): void {
  if (!isObject(value) || path.length > DEEPEST) return;
  const isList = Array.isArray(value);
  // The engine's guard watches reads of a property, not of its descriptor.
  const inner = Object.keys(value).filter((key) => isObject(Object.getOwnPropertyDescriptor(value, key)?.value));
  let goesOn = true;
  all(
    () => void (goesOn = isList || visit(fields(value), path)),
    () => {
      if (!goesOn) return;
      each(inner, (key) => visitObjects((value as Fields)[key], visit, [...path, isList ? Number(key) : key]));
    },
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
