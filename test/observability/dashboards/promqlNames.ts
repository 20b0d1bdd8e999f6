/** Names in PromQL, for tests that hold queries to the vocabulary. */

const WORDS = new Set(["by", "on", "and", "or", "unless", "group_left", "group_right", "ignoring", "bool", "offset"]);

/** Names of the series that a query reads; its selectors and what stands in quotes are left out. */
export function seriesIn(expr: string): string[] {
  const bare = expr
    .replace(/"(?:[^"\\]|\\.)*"/g, "")
    .replace(/\{[^}]*\}/g, "")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\b(?:by|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "");
  const names = [...bare.matchAll(/(?<![\w:.$])([a-zA-Z_][\w:]*)(?!\w*\s*\()/g)].map(([, name]) => name!);
  return names.filter((name) => !WORDS.has(name) && !/^\d*[smhdwy]$/.test(name));
}

/** Labels that a query's selectors, sums and joins name. */
export function labelsIn(expr: string): string[] {
  const matched = [...expr.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside]) =>
    [...inside!.replace(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/(\w+)\s*[=!]/g)].map(([, label]) => label!),
  );
  const listed = [...expr.matchAll(/\b(?:by|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g)].flatMap(
    ([, inside]) => inside!.split(",").map((label) => label.trim()),
  );
  return [...matched, ...listed].filter((label) => label !== "");
}
