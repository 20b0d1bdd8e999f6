/** YAML as Kubernetes' tools read it. */
import { type Document, isMap, isNode, isSeq, type LineCounter, type Tags } from "yaml";
import { parseYamlDocuments, type YamlBounds } from "../../stacks/yaml.js";
import type { SourceDocument } from "./source.js";

/** A large cluster's manifests: 5,000 objects have some 500,000 values. */
const BOUNDS: YamlBounds = { items: 100_000, values: 5_000_000, characters: 256 * 2 ** 20 };

/**
 * Kinds of values that YAML 1.1 has and Kubernetes' reader has not: base 60, and those that JSON cannot hold.
 * Source: goyaml.v2 in https://github.com/kubernetes-sigs/yaml (resolve.go), read 2026-11-26.
 */
const LEFT_OUT = /:(timestamp|binary|omap|pairs|set)$/;

/**
 * The documents of a text. `yes`, `on` and `y` are true, as they are for kubectl and Helm: rules would otherwise pass over
 * `hostNetwork: yes`.
 *
 * @throws ContractError with every error's line and column
 */
export function parseKubernetesYaml(text: string, name: string): SourceDocument[] {
  const words = { schema: "yaml-1.1", customTags: (tags: Tags) => tags.filter(isKept) } as const;
  return parseYamlDocuments(text, name, BOUNDS, words, (document, lines) => {
    const places = placesOf(document, lines);
    const value = document.toJS({ maxAliasCount: -1 }) as unknown;
    return { value, lineOf: (...path) => places.get(path.join(".")) ?? places.get("")! };
  });
}

function isKept(tag: Tags[number]): boolean {
  return typeof tag === "string" || !(LEFT_OUT.test(tag.tag) || ("format" in tag && tag.format === "TIME"));
}

/** Lines of the document and of its lists' items, by their paths. */
function placesOf({ contents }: Document, lines: LineCounter): Map<string, number> {
  const lineOf = (node: unknown): number => lines.linePos(isNode(node) ? (node.range?.[0] ?? 0) : 0).line;
  const places = new Map([["", lineOf(contents)]]);
  const items: unknown = isMap(contents) ? contents.get("items", true) : undefined;
  for (const [list, path] of [[contents, ""] as const, [items, "items."] as const]) {
    if (isSeq(list)) list.items.forEach((item, index) => places.set(`${path}${index}`, lineOf(item)));
  }
  return places;
}
