/**
 * Values that a preview does not know yet. The engine throws when a rule reads one, reports what the rule has said until then, and says
 * that it could not run the rule. So a rule judges all that it can first, and lets the error through last.
 */

/** True for what the engine throws: its class is no part of the SDK's types. */
export function isUnknownValue(thrown: unknown): thrown is Error {
  return thrown instanceof Error && "unknownTypeSentinel" in thrown;
}

/** The value that is not known yet and ended some work, if one did. */
export function unknownIn(work: () => void): Error | undefined {
  try {
    work();
    return undefined;
  } catch (thrown) {
    if (!isUnknownValue(thrown)) throw thrown;
    return thrown;
  }
}

/**
 * Judges each item, as far as its values are known.
 *
 * @throws the first unknown value, once all items are judged
 */
export function each<T>(items: Iterable<T>, judge: (item: T) => void): void {
  let unknown: Error | undefined;
  try {
    for (const item of items) {
      try {
        judge(item);
      } catch (thrown) {
        if (!isUnknownValue(thrown)) throw thrown;
        unknown ??= thrown;
      }
    }
  } catch (thrown) {
    // The items themselves may end with one.
    if (!isUnknownValue(thrown)) throw thrown;
    unknown ??= thrown;
  }
  if (unknown !== undefined) throw unknown;
}

/**
 * What is read of all items, as far as it is known.
 *
 * @throws the first unknown value, once all else is given
 */
export function* knownOf<T, R>(items: Iterable<T>, read: (item: T) => Iterable<R>): Iterable<R> {
  const found: R[] = [];
  const unknown = unknownIn(() => each(items, (item) => found.push(...read(item))));
  yield* found;
  if (unknown !== undefined) throw unknown;
}

/** Does all checks, as {@link each} does. */
export function all(...checks: ReadonlyArray<() => void>): void {
  each(checks, (check) => check());
}

/**
 * Whether one of the items has a property, as far as that is known.
 *
 * @throws the first unknown value, where all others have it not
 */
export function some<T>(items: Iterable<T>, has: (item: T) => boolean): boolean {
  let found = false;
  try {
    each(items, (item) => {
      if (!found && has(item)) found = true;
    });
  } catch (thrown) {
    if (!found || !isUnknownValue(thrown)) throw thrown;
  }
  return found;
}

/** No text of a manifest begins with this character. */
const MARK = "\0";
/** Errors by the text that stands for them; their messages name the place, so that there are as many as places. */
const ERRORS = new Map<string, Error>();

/** The texts of a list; one that is not known is replaced by a placeholder that {@link known} does not let pass. */
export function knownTexts(items: readonly unknown[]): string[] {
  return Array.from({ length: items.length }, (_, index) => index).flatMap((index) =>
    placeholderOr(() => {
      const item = items[index];
      return typeof item === "string" ? [item] : typeof item === "number" ? [String(item)] : [];
    }),
  );
}

/**
 * What is read, or a placeholder that {@link known} does not let pass.
 *
 * @param name of the placeholder, where values of several places have the same. @default one of its own for each place
 */
export function placeholderOr<T>(read: () => T, name?: string): T | string {
  try {
    return read();
  } catch (thrown) {
    if (!isUnknownValue(thrown)) throw thrown;
    const placeholder = MARK + (name ?? thrown.message);
    ERRORS.set(placeholder, thrown);
    return placeholder;
  }
}

export function isPlaceholder(text: string): boolean {
  return text.startsWith(MARK);
}

/** @throws the unknown value that one of the texts stands for */
export function known(texts: readonly string[]): readonly string[] {
  for (const text of texts) {
    const mark = text.indexOf(MARK);
    const error = mark < 0 ? undefined : ERRORS.get(text.slice(mark));
    if (error !== undefined) throw error;
  }
  return texts;
}
