import { error, type Problem, quote } from "../../config/problems.js";

/** Largest count that is believed where a key has no bound of its own; above every width, vocabulary and number of experts in use. */
const LARGEST = 2 ** 22;

/** What is found out while a config.json is read, beside its values. */
export interface Findings {
  problems: Problem[];
  /** What was not read, or taken for granted; one sentence each, with the key's name. */
  notRead: string[];
}

/** Values of keys that a file leaves out. */
export type Defaults = Readonly<Record<string, string | number | boolean>>;

interface CountRange {
  /** Taken where the key is absent or null. @default the key must be there */
  default?: number;
  /** @default 1 */
  min?: number;
  /** @default 4194304 */
  max?: number;
}

/**
 * A JSON object of a model's config.json, read key by key with types.
 *
 * A value that is missing or wrong is recorded as a problem, and reading goes on, so that all problems come out at once. A wrong number
 * reads as NaN: what is worked out of it is NaN, too, compares as false, and is dropped with the result.
 */
export class Keys {
  constructor(
    private readonly object: Readonly<Record<string, unknown>>,
    /** Where the object stands: the file, and the section in it. */
    readonly path: string,
    private readonly findings: Findings,
    private readonly separator = ": ",
    private readonly defaults: Defaults = {},
    private readonly looked = new Set<string>(),
  ) {}

  /** The same object; a key that it leaves out has the value given here, and the findings say so when it is read. */
  withDefaults(defaults: Defaults): Keys {
    return new Keys(this.object, this.path, this.findings, this.separator, defaults, this.looked);
  }

  /** Full path of a key, for a message. */
  pathOf(name: string): string {
    return `${this.path}${this.separator}${name}`;
  }

  /** Whether a key is there; null counts as absent, as it does for transformers. */
  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  /** The value as it stands in the file, or its default; `undefined` where it is null, or absent without a default. */
  raw(name: string): unknown {
    this.looked.add(name);
    if (Object.hasOwn(this.object, name)) return this.object[name] ?? undefined;
    if (!Object.hasOwn(this.defaults, name)) return undefined;
    const value = this.defaults[name];
    this.note(`${this.pathOf(name)} is absent: ${quote(value)}, the default of transformers, is taken`);
    return value;
  }

  /** The first of several names of one key that the file has; else the first that has a default; else the first. */
  nameOf(...names: readonly [string, ...string[]]): string {
    const isGiven = (name: string) => Object.hasOwn(this.object, name) && this.object[name] !== null;
    return names.find(isGiven) ?? names.find((name) => this.has(name)) ?? names[0];
  }

  /** Records, once, what is wrong with a key: some are read again for each layer. */
  fail(name: string, message: string): void {
    const path = this.pathOf(name);
    const isKnown = this.findings.problems.some((problem) => problem.path === path && problem.message === message);
    if (!isKnown) this.findings.problems.push(error(path, message));
  }

  /** Fails for keys of a model that is built otherwise than the family that its `model_type` names. */
  refuse(names: readonly string[]): void {
    for (const name of names.filter((key) => this.has(key))) {
      this.fail(
        name,
        "is no key of this family: the model is built otherwise, and can't be read; state its shape in model.architecture",
      );
    }
  }

  /** Records, once, what was not read, or was taken for granted. */
  note(sentence: string): void {
    if (!this.findings.notRead.includes(sentence)) this.findings.notRead.push(sentence);
  }

  /** A whole number. NaN where it is wrong, or missing without a default. */
  count(name: string, range: CountRange = {}): number {
    const value = this.raw(name);
    const { min = 1, max = LARGEST } = range;
    if (value === undefined) return this.absent(name, range.default, `a whole number from ${min} to ${max}`, NaN);
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    return this.wrong(name, `a whole number from ${min} to ${max}`, NaN);
  }

  /** {@link count} of a key that may be left out without being missed. */
  countIfGiven(name: string, range: Omit<CountRange, "default"> = {}): number | undefined {
    return this.has(name) ? this.count(name, range) : undefined;
  }

  /** {@link count} of a key that may list the same number for each layer. */
  countOfAll(name: string, range: CountRange = {}): number {
    const value = this.raw(name);
    if (!Array.isArray(value) || value.length === 0) return this.count(name, range);
    const counts = this.countPerLayer(name, value.length, range);
    const [first = NaN] = counts;
    if (counts.every((count) => count === first)) return first;
    this.fail(
      name,
      `${quote(value)} differs between layers, which can't be read: state the model's shape in model.architecture`,
    );
    return NaN;
  }

  /** One whole number a layer; a single number stands for all. Empty where it is wrong. */
  countPerLayer(name: string, layers: number, range: CountRange = {}): number[] {
    const value = this.raw(name);
    if (!Array.isArray(value)) return this.each(layers, this.count(name, range));
    const { min = 1, max = LARGEST } = range;
    const counts = value.filter((item): item is number => Number.isInteger(item) && item >= min && item <= max);
    if (counts.length !== value.length) return this.wrong(name, `a list of whole numbers from ${min} to ${max}`, []);
    return this.ofLength(name, counts, layers);
  }

  /** A number above 0, such as a factor. NaN where it is wrong, or missing without a default. */
  factor(name: string, fallback?: number): number {
    const value = this.raw(name);
    if (value === undefined) return this.absent(name, fallback, "a number above 0", NaN);
    if (typeof value === "number" && value > 0 && value <= LARGEST) return value;
    return this.wrong(name, `a number above 0, at most ${LARGEST}`, NaN);
  }

  /** True or false; the default where it is wrong. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.raw(name);
    if (value === undefined) return fallback;
    return typeof value === "boolean" ? value : this.wrong(name, "true or false", fallback);
  }

  /** A text; `undefined` where it is absent or wrong. */
  text(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === "string") return value;
    return this.wrong(name, "a text", undefined);
  }

  /** A list of texts; `undefined` where it is absent or wrong. */
  texts(name: string): string[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const isRight = Array.isArray(value) && value.every((item) => typeof item === "string");
    return isRight ? value : this.wrong(name, "a list of texts", undefined);
  }

  /** A list of whole numbers, 0 included; `undefined` where it is absent or wrong. */
  counts(name: string): number[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const isRight = Array.isArray(value) && value.every((item) => Number.isInteger(item) && item >= 0);
    return isRight ? (value as number[]) : this.wrong(name, "a list of whole numbers from 0 on", undefined);
  }

  /** A section; `undefined` where it is absent or wrong. */
  section(name: string): Keys | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (isObject(value)) return new Keys(value, this.pathOf(name), this.findings, ".");
    return this.wrong(name, "an object", undefined);
  }

  /** A list of sections; `undefined` where it is absent or wrong. */
  sections(name: string): Keys[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || !value.every(isObject)) return this.wrong(name, "a list of objects", undefined);
    return value.map((item, index) => new Keys(item, this.pathOf(`${name}[${index}]`), this.findings, "."));
  }

  /** Names of the keys that are there. */
  names(): string[] {
    return Object.keys(this.object).filter((name) => this.has(name));
  }

  /** Names of the keys that nothing has looked at. */
  unread(): string[] {
    return Object.keys(this.object).filter((name) => !this.looked.has(name));
  }

  /** A list that must have an item for each layer; empty where it has not. */
  ofLength<Item>(name: string, items: Item[], layers: number): Item[] {
    if (items.length === layers) return items;
    // Of a number of layers that is wrong itself, nothing follows for the list.
    if (Number.isNaN(layers)) return [];
    this.fail(name, `${items.length} items for ${layers} layers: give one for each layer`);
    return [];
  }

  private each(layers: number, count: number): number[] {
    return Number.isNaN(layers) ? [] : Array<number>(layers).fill(count);
  }

  private absent<Value>(name: string, fallback: Value | undefined, allowed: string, wrong: Value): Value {
    if (fallback === undefined) {
      const isThere = Object.hasOwn(this.object, name);
      this.fail(name, `${isThere ? "has no value (null, NaN or Infinity)" : "is missing"}: give ${allowed}`);
      return wrong;
    }
    return fallback;
  }

  private wrong<Value>(name: string, allowed: string, value: Value): Value {
    this.fail(name, `${quote(this.raw(name))} is not ${allowed}`);
    return value;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
