/** Which metrics a query reads, and which labels it may use of them. */
import { childOf, type Node, nodesOf, parsed, textOf } from "./parse.js";

/** The labels of a metric that is queried, `__name__` excluded; `undefined` for one that does not exist. */
export type LabelsOf = (metric: string) => ReadonlySet<string> | undefined;

/** Every metric or label that a query names and that there is not, as sentences. */
export function unknownNames(query: string, labelsOf: LabelsOf): string[] {
  const reader = new Reader(labelsOf);
  reader.labels(parsed(query));
  return [...new Set(reader.problems)];
}

/** Labels that the series of a query's answer have. */
export function labelsLeft(query: string, labelsOf: LabelsOf): ReadonlySet<string> {
  return new Reader(labelsOf).labels(parsed(query));
}

/** Metrics that a query names. */
export function metricsOf(query: string): string[] {
  return [...new Set(nodesOf(parsed(query), "VectorSelector").flatMap((selector) => nameOf(selector) ?? []))];
}

const MATCHERS = ["UnquotedLabelMatcher", "QuotedLabelMatcher"];

function matchersOf(selector: Node): { label: string; operator: string; value: string }[] {
  return (childOf(selector, "LabelMatchers")?.children ?? [])
    .filter(({ kind }) => MATCHERS.includes(kind))
    .map(({ children: [label, operator, value] }) => ({
      label: label!.text,
      operator: operator!.text,
      value: textOf(value!),
    }));
}

function nameOf(selector: Node): string | undefined {
  const matched = matchersOf(selector).find(({ label, operator }) => label === "__name__" && operator === "=");
  return childOf(selector, "Identifier")?.text ?? matched?.value;
}

function namesIn(grouping: Node | undefined): string[] {
  return (grouping?.children ?? []).filter(({ kind }) => kind === "LabelName").map(({ text }) => text);
}

type Labels = ReadonlySet<string>;
const NONE: Labels = new Set();
/** Of a metric that is not there: one problem is enough. */
const ANY: Labels = new (class extends Set<string> {
  override has = (): boolean => true;
})(["any"]);

/** Walks a query from its selectors up, and knows at each step which labels are left. */
class Reader {
  readonly problems: string[] = [];

  constructor(private readonly labelsOf: LabelsOf) {}

  labels(node: Node): Labels {
    switch (node.kind) {
      case "VectorSelector":
        return this.ofSelector(node);
      case "AggregateExpr":
        return this.ofAggregation(node);
      case "FunctionCall":
        return this.ofCall(node);
      case "BinaryExpr":
        return this.ofOperation(node);
      default:
        return this.ofFirst(node.children);
    }
  }

  private ofFirst(nodes: readonly Node[]): Labels {
    const all = nodes.map((node) => this.labels(node));
    return all.find((labels) => labels.size > 0) ?? NONE;
  }

  private expect(names: readonly string[], labels: Labels, where: string): void {
    for (const name of names) if (!labels.has(name)) this.problems.push(`no label ${name} ${where}`);
  }

  private ofSelector(node: Node): Labels {
    const name = nameOf(node);
    const labels = name === undefined ? undefined : this.labelsOf(name);
    if (labels === undefined) this.problems.push(`no metric ${name ?? node.text}`);
    else
      this.expect(
        matchersOf(node)
          .map(({ label }) => label)
          .filter((label) => label !== "__name__"),
        labels,
        `on ${name}`,
      );
    return labels ?? ANY;
  }

  private ofAggregation(node: Node): Labels {
    const inner = this.ofFirst(childOf(node, "FunctionCallBody")?.children ?? []);
    const modifier = childOf(node, "AggregateModifier");
    const names = namesIn(childOf(modifier, "GroupingLabels"));
    const keeps = ["Topk", "Bottomk", "LimitK", "LimitRatio"].includes(
      childOf(node, "AggregateOp")?.children[0]?.kind ?? "",
    );
    this.expect(names, inner, `in ${node.text.slice(0, 60)}`);
    if (keeps) return inner;
    if (childOf(modifier, "Without") !== undefined)
      return new Set([...inner].filter((label) => !names.includes(label)));
    const counted = childOf(node, "AggregateOp")?.children[0]?.kind === "CountValues";
    return new Set([...names, ...(counted ? nodesOf(node, "StringLiteral").slice(0, 1).map(textOf) : [])]);
  }

  private ofCall(node: Node): Labels {
    const called = childOf(node, "FunctionIdentifier")!.text;
    const body = childOf(node, "FunctionCallBody")?.children ?? [];
    const inner = this.ofFirst(body);
    const texts = body.filter(({ kind }) => kind === "StringLiteral").map(textOf);
    if (called === "label_replace") {
      if (texts[2] !== "") this.expect([texts[2]!], inner, `in ${called}`);
      return new Set([...inner, texts[0]!]);
    }
    if (called === "label_join") return new Set([...inner, texts[0]!]);
    if (called === "histogram_quantile") {
      this.expect(["le"], inner, `in ${called}`);
      return new Set([...inner].filter((label) => label !== "le"));
    }
    return inner;
  }

  private ofOperation(node: Node): Labels {
    const isOperand = ({ kind }: Node): boolean =>
      /(Expr|Call|Selector|Literal|Subquery|SubqueryExpr)$/.test(kind) && kind !== "StringLiteral";
    const [left, right] = node.children.filter(isOperand) as [Node, Node];
    const [ofLeft, ofRight] = [this.labels(left), this.labels(right)];
    const matching = childOf(node, "MatchingModifierClause");
    const [first, second] = (matching?.children ?? []).filter(({ kind }) => kind === "GroupingLabels");
    const isOn = childOf(matching, "On") !== undefined;
    const names = namesIn(first);
    if (isOn) {
      this.expect(names, ofLeft, `on the left of ${matching!.text}`);
      this.expect(names, ofRight, `on the right of ${matching!.text}`);
    }
    if (childOf(node, "And", "Unless") !== undefined) return ofLeft;
    if (childOf(node, "Or") !== undefined) return new Set([...ofLeft, ...ofRight]);
    const [many, one] = childOf(matching, "GroupRight") === undefined ? [ofLeft, ofRight] : [ofRight, ofLeft];
    if (childOf(matching, "GroupLeft", "GroupRight") !== undefined) {
      this.expect(namesIn(second), one, `to take in ${matching!.text}`);
      return new Set([...many, ...namesIn(second)]);
    }
    if (isOn) return new Set(names);
    const both = ofLeft.size > 0 ? ofLeft : ofRight;
    return new Set([...both].filter((label) => !names.includes(label)));
  }
}
