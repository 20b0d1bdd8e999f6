/** Places in a resource's properties. */

/** Names of properties, and places in lists. */
export type Path = ReadonlyArray<string | number>;

/** The value at a path; it reads nothing but what leads there. */
export function reach(value: unknown, path: Path): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Record<string | number, unknown>)[key];
  }
  return found;
}

/** The places that a pattern names, in which `*` stands for each item of a list. */
export function placesOf(value: unknown, pattern: Path): Path[] {
  const star = pattern.indexOf("*");
  if (star < 0) return [pattern];
  const before = pattern.slice(0, star);
  const items = reach(value, before);
  if (!Array.isArray(items)) return [];
  return items.flatMap((item, index) =>
    placesOf(item, pattern.slice(star + 1)).map((rest) => [...before, index, ...rest]),
  );
}

/** `spec.roles[0].template` */
export function pathText(path: Path): string {
  return path.map((key, index) => (typeof key === "number" ? `[${key}]` : index === 0 ? key : `.${key}`)).join("");
}
