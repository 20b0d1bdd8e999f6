/** Lists of modules as quantisers write them: names, shell patterns, and regular expressions after `re:`. */

/** Whether a module is on a list. It is known by several names, since families spell them differently; one on the list is enough. */
export type Matcher = (names: readonly string[]) => boolean;

/** What stands before `layers.…` in the names of modules, by family and version of transformers. */
const ROOTS = ["model.", "model.language_model.", "language_model.model.", "backbone.", ""] as const;
const ROOT = /^(?:(?:model|language_model|text_model|backbone|thinker|transformer)\.)+/;

/** More repetitions in one pattern, or a repeated group, could take minutes to match. */
const MOST_REPETITIONS = 6;
const REPEATED_GROUP = /\)[*+{]/;

/**
 * @param entries such as `lm_head`, `model.layers.3.self_attn`, `model.layers.0*`, `re:.*self_attn.*`; a name stands for all below it
 * @param refuse told of a pattern that cannot be read
 */
export function matcher(entries: readonly string[], refuse: (pattern: string) => void): Matcher {
  const names = new Set<string>();
  const patterns: RegExp[] = [];
  const expressions: RegExp[] = [];
  for (const entry of entries) {
    const isExpression = entry.startsWith("re:");
    if (isExpression || /[*?]/.test(entry)) {
      const read = isExpression ? expressionOf(entry.slice("re:".length)) : patternOf(rootless(entry));
      if (read === undefined) refuse(entry);
      else (isExpression ? expressions : patterns).push(read);
    } else if (rootless(entry) !== "") names.add(rootless(entry));
  }
  return (modules) =>
    modules.some(
      (name) =>
        pathsIn(name).some((path) => names.has(path)) ||
        patterns.some((pattern) => pattern.test(name)) ||
        (expressions.length > 0 &&
          ROOTS.some((root) => expressions.some((expression) => expression.test(root + name)))),
    );
}

/** A name without what stands before its layer, and without a dot at its end. */
export function rootless(name: string): string {
  return name.replace(ROOT, "").replace(/\.$/, "");
}

/** Every run of a name's components: `mlp.gate` is one of `layers.0.mlp.gate`, and of no `mlp.gate_proj`. */
function pathsIn(name: string): string[] {
  const components = name.split(".");
  return components.flatMap((_, from) =>
    components.slice(from).map((__, length) => components.slice(from, from + length + 1).join(".")),
  );
}

/** A shell pattern; what lies below a module that it names is meant, too. */
function patternOf(glob: string): RegExp | undefined {
  const source = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  return isTame(source) ? new RegExp(`^${source}(?:\\..*)?$`) : undefined;
}

/** From the start of a name, as Python's `re.match`; `undefined` where it cannot be read. */
export function expressionOf(source: string): RegExp | undefined {
  if (!isTame(source)) return undefined;
  try {
    return new RegExp(`^(?:${source})`);
  } catch {
    return undefined;
  }
}

function isTame(source: string): boolean {
  return !REPEATED_GROUP.test(source) && (source.match(/[*+{]/g) ?? []).length <= MOST_REPETITIONS;
}
