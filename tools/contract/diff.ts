/** Where two contracts differ, value by value. */

/** A value that differs; `undefined` where there is none. */
export interface Difference {
  /** As the stack config has it: `model.revision`, `flags.dtype.value`. */
  path: string;
  before: unknown;
  after: unknown;
}

function isBranch(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** Lists count as one value. @param path that both stand at */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  if (!isBranch(before) || !isBranch(after)) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) => differences(own(before, key), own(after, key), path === "" ? key : `${path}.${key}`));
}

function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A value as a table shows it. */
export function valueText(value: unknown): string {
  if (value === undefined) return "none";
  return typeof value === "string" ? value : JSON.stringify(value);
}
