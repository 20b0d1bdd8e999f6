/**
 * Typed reading of unknown properties: a value of another shape reads as absent, never as an error.
 *
 * Everything is read only when a rule asks for it. During a real preview the engine throws on reading a value that is
 * not known yet and then skips that rule for that resource, so reading more than needed would switch rules off.
 */

export type Fields = Readonly<Record<string, unknown>>;

const NO_FIELDS: Fields = {};

export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : NO_FIELDS;
}

/** The value at a path of property names. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let found = value;
  for (const key of path) {
    const object = fields(found);
    if (!Object.hasOwn(object, key)) return undefined;
    found = object[key];
  }
  return found;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A finite number, also when written as text, as annotations, arguments and trigger metadata have it. */
export function number(value: unknown): number | undefined {
  if (typeof value === "string" && value.trim() === "") return undefined;
  const parsed = typeof value === "string" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : undefined;
}

/** The items that are text; numbers as text, since YAML readers make them of unquoted arguments. */
export function strings(value: unknown): string[] {
  return list(value).flatMap((item) =>
    typeof item === "string" ? [item] : typeof item === "number" ? [String(item)] : [],
  );
}

/** The entries whose value is text, such as labels. */
export function textEntries(value: unknown): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const [key, entry] of Object.entries(fields(value))) {
    if (typeof entry === "string") entries.set(key, entry);
  }
  return entries;
}

/** True for an object that says something: providers and Helm charts leave `{}` for what is switched off. */
export function isSet(value: unknown): boolean {
  return Object.keys(fields(value)).length > 0;
}

/**
 * The value of a property, without a throw while it is not known: then it is a text of the engine's own, which equals nothing that a
 * rule looks for. For what is a resource's own name or address if it is not known yet, and so cannot be the fault that is looked for.
 */
export function stated(value: unknown, key: string): unknown {
  // The engine's guard watches reads of a property, not of its descriptor.
  return Object.getOwnPropertyDescriptor(fields(value), key)?.value;
}

/**
 * True for a property that is stated, even while its value is not known: reading that would throw.
 * Nothing, an empty text, `{}` and `[]` state nothing.
 */
export function isStated(value: unknown, key: string): boolean {
  const found = stated(value, key);
  if (typeof found === "object") return found !== null && Object.keys(found).length > 0;
  return found !== undefined && found !== "";
}

/** A boolean, also when written as text, as launch templates and storage classes have it. */
export function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}
