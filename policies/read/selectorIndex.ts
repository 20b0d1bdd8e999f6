/** Objects by what they select, so that not every one of a stack is tried on every pod. */
import { ANY_VALUE, type Labels, type Selector } from "./selectors.js";
import { isPlaceholder, isUnknownValue, known } from "./unknown.js";

interface Entry<T> {
  item: T;
  selects: Selector["selects"];
}

/** How an index reads an object. */
export interface Reading<T> {
  /** `undefined`: of every namespace. */
  namespace: (item: T) => string | undefined;
  selector: (item: T) => Selector;
}

/** No namespace has this name. */
const EVERY_NAMESPACE = "";

export class SelectorIndex<T> {
  /** By namespace, key and value; by namespace and key; and by namespace alone, of those that require no label. */
  private readonly entries = new Map<string, Entry<T>[]>();
  /** Namespaces of the items, by whether they are known. */
  private readonly places = { known: new Set<string>(), later: new Set<string>() };
  /** Values that are not known yet, by namespace: nobody knows which of its pods are selected. */
  private readonly unknown = new Map<string, Error>();

  constructor(items: Iterable<T>, { namespace, selector }: Reading<T>) {
    for (const item of items) {
      let place = EVERY_NAMESPACE;
      try {
        place = namespace(item) ?? EVERY_NAMESPACE;
        this.places[isPlaceholder(place) ? "later" : "known"].add(place);
        this.add(item, place, selector(item));
      } catch (thrown) {
        if (!isUnknownValue(thrown)) throw thrown;
        this.unknown.set(place, thrown);
      }
    }
  }

  /**
   * Items that select a pod, each once.
   *
   * @throws a value that is not known yet and decides whether there are more, once all others are given
   */
  *of(namespace: string, labels: Labels): Iterable<T> {
    const places = [namespace, EVERY_NAMESPACE];
    let unknown = places.map((place) => this.unknown.get(place)).find((thrown) => thrown !== undefined);
    for (const place of places) {
      for (const { item, selects } of this.candidates(place, labels)) {
        let isSelected = false;
        try {
          isSelected = selects(labels);
        } catch (thrown) {
          if (!isUnknownValue(thrown)) throw thrown;
          unknown ??= thrown;
        }
        if (isSelected) yield item;
      }
    }
    if (unknown !== undefined) throw unknown;
    this.throwElsewhere(namespace, labels);
  }

  /** @throws a namespace that is not known yet, where it decides whether an item selects the pod */
  private throwElsewhere(namespace: string, labels: Labels): void {
    for (const place of this.places[isPlaceholder(namespace) ? "known" : "later"]) {
      if (place === EVERY_NAMESPACE) continue;
      const unknown = this.unknown.get(place);
      if (unknown !== undefined) throw unknown;
      for (const { selects } of this.candidates(place, labels)) if (selects(labels)) known([place, namespace]);
    }
  }

  private *candidates(namespace: string, labels: Labels): Iterable<Entry<T>> {
    yield* this.entries.get(keyOf(namespace)) ?? [];
    for (const [key, value] of labels) {
      const found = value === ANY_VALUE || isPlaceholder(value) ? keyOf(namespace, key) : keyOf(namespace, key, value);
      yield* this.entries.get(found) ?? [];
    }
  }

  private add(item: T, namespace: string, { selects, required }: Selector): void {
    const entry = { item, selects };
    if (required === undefined) return this.put(keyOf(namespace), entry);
    const { key, values } = required;
    this.put(keyOf(namespace, key), entry);
    for (const value of new Set(values)) this.put(keyOf(namespace, key, value), entry);
  }

  private put(key: string, entry: Entry<T>): void {
    const known = this.entries.get(key);
    if (known === undefined) this.entries.set(key, [entry]);
    else known.push(entry);
  }
}

function keyOf(...parts: readonly string[]): string {
  return parts.join("\0");
}
