/** Models whose layers are of several kinds, named one by one or by a rule. */
import { quote } from "../../config/problems.js";
import type { Keys } from "./keys.js";
import { eachLayer, type Layer } from "./layers.js";
import type { MixersReader } from "./mixers.js";
import { type KvHeads, readKvHeads, type Trunk } from "./trunk.js";

/** The kind of every layer, and the key that says so. */
interface Kinds {
  key: string;
  kinds: string[];
}

export type KindsReader = (text: Keys, trunk: Trunk) => Kinds;

/** Kinds as a list of the file has them, by the first of the keys that is there; by the family's rule otherwise. */
export function listedKinds(keys: readonly string[], rule: (text: Keys, trunk: Trunk) => string[]): KindsReader {
  return (text, trunk) => {
    const key = keys.find((name) => text.has(name));
    const kinds = key === undefined ? undefined : text.texts(key);
    return key === undefined || kinds === undefined
      ? { key: keys[0] ?? "", kinds: rule(text, trunk) }
      : { key, kinds: text.ofLength(key, kinds, trunk.layers) };
  };
}

/** Full attention in each nth layer, counted from 1; another kind in the others. */
export function everyNth(key: string, distance: number, other: string) {
  return (text: Keys, { layers }: Trunk): string[] => {
    const nth = text.count(key, { default: distance });
    return eachLayer(layers, (index) => ((index + 1) % nth === 0 ? "full_attention" : other));
  };
}

/** Layers by their kinds; each kind is read once. */
export function byKinds(
  readKinds: KindsReader,
  readers: Readonly<Record<string, (text: Keys, trunk: Trunk, heads: KvHeads) => Layer>>,
  readHeads: (text: Keys, trunk: Trunk) => KvHeads = readKvHeads,
): MixersReader {
  return (text, trunk) => {
    const { key, kinds } = readKinds(text, trunk);
    const heads = readHeads(text, trunk);
    const known = Object.keys(readers);
    const read = new Map(
      known.filter((kind) => kinds.includes(kind)).map((kind) => [kind, readers[kind]!(text, trunk, heads)]),
    );
    const layers = kinds.map((kind, index) => {
      const layer = read.get(kind);
      if (layer === undefined) {
        text.fail(
          `${key}[${index}]`,
          `${quote(kind)} is no kind of layer that this model has: use ${known.join(", ")}`,
        );
      }
      return layer ?? { weights: {} };
    });
    return { ...heads, layers };
  };
}
