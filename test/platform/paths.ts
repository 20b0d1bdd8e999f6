/** Reads values as Helm would. */

/** Paths of the leaves of values, as `a.b.c`. Helm merges maps and replaces lists, so a list is a leaf. */
export function leaves(value: unknown, path: string[] = []): { path: string; value: unknown }[] {
  const isMap = value !== null && typeof value === "object" && !Array.isArray(value) && Object.keys(value).length > 0;
  if (!isMap) return [{ path: path.join("."), value }];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
}
