/** Values of flags as vLLM reads them: objects given as such or as JSON text. */

/** An entry of an object at any depth. */
export interface Entry {
  path: readonly (string | number)[];
  /** As vLLM's classes spell it, with `_`. */
  key: string;
  value: unknown;
}

/**
 * JSON as Python's `json.loads` reads it, which vLLM uses: also with NaN and the infinities, here as null. `undefined` for what
 * it refuses, and with it vLLM. Source: https://docs.python.org/3/library/json.html#infinite-and-nan-number-values
 */
export function pythonJson(text: string): unknown {
  const strict = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/gs, (part) =>
    part.startsWith('"') ? part : "null",
  );
  try {
    return JSON.parse(strict) as unknown;
  } catch {
    return undefined;
  }
}

/** The object or list that a value is or that its text says; else the value itself. */
export function decoded(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  return pythonJson(value) ?? value;
}

/** The object that a value is, to read keys of; an empty one in the place of anything else. */
export function objectOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : {};
}

export function entriesOf(value: unknown, path: Entry["path"] = []): Entry[] {
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = [...path, Array.isArray(value) ? Number(name) : name];
    return [{ path: at, key: name.replaceAll("-", "_"), value: inner as unknown }, ...entriesOf(inner, at)];
  });
}

/** Every text in a value, keys included: all of them reach vLLM. */
export function textsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (value === null || typeof value !== "object") return [];
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  return [...keys, ...Object.values(value).flatMap(textsOf)];
}

/** True for what says nothing, and for values that a row calls harmless. */
export function isHarmless(value: unknown, harmless: RegExp | undefined): boolean {
  if (value === undefined || value === null || value === false || value === "") return true;
  if (typeof value === "object") {
    if (Object.keys(value).length === 0) return true;
    return Array.isArray(value) && value.every((item) => isHarmless(item, harmless));
  }
  return harmless?.test(typeof value === "string" ? value : JSON.stringify(value)) ?? false;
}
