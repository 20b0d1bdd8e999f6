/** Bounds for data that people give us: what is far beyond any real config is refused before it is walked, copied or quoted. */

/** A stack of a thousand models with ten flags each has some 100,000 values. */
export const MAX_VALUES = 300_000;
/** The deepest place of a stack config is at 9; flags may hold objects of their own. */
export const MAX_DEPTH = 64;

/** Of all texts together; a thousand models have less than 2 MiB. */
export const MAX_CHARACTERS = 16 * 2 ** 20;
/** Models of a stack, releases of a model, flags of a release. */
export const MAX_ENTRIES = 2_000;

const number = (value: number): string => value.toLocaleString("en-US");
export const TOO_DEEP = `is nested more than ${MAX_DEPTH} levels deep: use fewer`;

/** Said of what has more values than `most`. */
export function tooManyValues(most = MAX_VALUES): string {
  return `has more than ${number(most)} values, those that YAML aliases repeat included: use fewer, or several stacks`;
}

/** Said of what has more characters than `most`. */
export function tooMuchText(most = MAX_CHARACTERS): string {
  return `has more than ${number(most)} characters, those that YAML aliases repeat included: use fewer`;
}

/** Said of a list or an object with too many entries. */
export function tooManyEntries(entries: number, most = MAX_ENTRIES): string {
  return `has a list or an object with ${number(entries)} entries, and ${number(most)} are the most: use fewer, or several stacks`;
}

/**
 * What makes data too large to work on, to be read after its name; `undefined` when nothing does.
 *
 * A part that stands in several places, such as a YAML alias, counts each time, since it becomes as many values. A part that
 * holds itself never ends, so it is too deep.
 */
export function tooLarge(value: unknown): string | undefined {
  return walk(value, { values: MAX_VALUES, entries: MAX_ENTRIES });
}

/** The same of what a program has written: its depth alone, for what works on it goes down one call for each level. */
export function tooDeep(value: unknown): string | undefined {
  return walk(value, { values: Infinity, entries: Infinity });
}

function walk(value: unknown, most: { values: number; entries: number }): string | undefined {
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  let values = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    values += 1;
    if (next.value === null || typeof next.value !== "object") continue;
    const depth = next.depth + 1;
    if (depth > MAX_DEPTH) return TOO_DEEP;
    // Readers of objects drop it without a word.
    if (Object.hasOwn(next.value, "__proto__")) return 'has a key "__proto__": use another name';
    const inner: unknown[] = Object.values(next.value);
    if (inner.length > most.entries) return tooManyEntries(inner.length);
    if (values + waiting.length + inner.length > most.values) return tooManyValues();
    for (const item of inner) waiting.push({ value: item, depth });
  }
  return undefined;
}
