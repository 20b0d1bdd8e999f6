/** PromQL as a tree, by the grammar of Prometheus' own editor. */
import { parser } from "@prometheus-io/lezer-promql";

/** A node of the tree: its kind, its text, and what is in it. */
export interface Node {
  /** Such as `VectorSelector`: the rules of the grammar. */
  kind: string;
  text: string;
  children: Node[];
}

type Cursor = ReturnType<ReturnType<typeof parser.parse>["cursor"]>;

function nodeAt(cursor: Cursor, query: string): Node {
  const node: Node = { kind: cursor.name, text: query.slice(cursor.from, cursor.to), children: [] };
  if (!cursor.firstChild()) return node;
  do {
    if (cursor.name !== "LineComment") node.children.push(nodeAt(cursor, query));
  } while (cursor.nextSibling());
  cursor.parent();
  return node;
}

export function childOf(node: Node | undefined, ...kinds: string[]): Node | undefined {
  return node?.children.find(({ kind }) => kinds.includes(kind));
}

/** All nodes of a kind, wherever they are. */
export function nodesOf(node: Node, kind: string): Node[] {
  return [...(node.kind === kind ? [node] : []), ...node.children.flatMap((child) => nodesOf(child, kind))];
}

/** @throws Error for what is no PromQL */
export function parsed(query: string): Node {
  const tree = nodeAt(parser.parse(query).cursor(), query);
  const wrong = nodesOf(tree, "⚠")[0];
  if (wrong !== undefined || tree.children.length !== 1) {
    throw new Error(`no PromQL: ${query}${wrong === undefined || wrong.text === "" ? "" : ` (at ${wrong.text})`}`);
  }
  return tree.children[0]!;
}

/** The text that a literal means. */
export function textOf({ text }: Node): string {
  return text.startsWith("`") ? text.slice(1, -1) : text.slice(1, -1).replace(/\\(.)/g, "$1");
}
