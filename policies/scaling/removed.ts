/** Queries of metrics that vLLM no longer has. */
import { REMOVED_METRICS } from "../../components/facts/vllm/removedMetrics.js";
import { alternativesIn, type Part, partsOf, withoutComments } from "../read/promql.js";

/**
 * Names after vLLM's prefix, which adapters, Datadog and Google's monitoring write with other signs, and with the endings of
 * histograms and counters. Within a longer name, such as that of a recording rule, they are another metric's.
 */
const REMOVED = new RegExp(
  `(?:(?<![\\w:.])vllm[:_]|(?<![\\w.])vllm\\.)(?<name>${Object.keys(REMOVED_METRICS)
    .map((metric) => metric.slice("vllm:".length))
    .join("|")})(_bucket|_sum|_count|_total)?(?![\\w:])`,
  "g",
);

export interface Removal {
  /** As the query names it. */
  metric: string;
  successor: string;
}

/** Whether a text may name one, for a quick look. */
export function mentionsRemoved(text: string): boolean {
  return text.search(REMOVED) >= 0;
}

/** Removed metrics that a query needs: not those beside an `or` with what took their place. */
export function removedIn(query: string): Removal[] {
  const parts = partsOf(query);
  const found = new Map<string, Removal>();
  for (const { 0: metric, groups } of withoutComments(query).matchAll(REMOVED)) {
    const successor = REMOVED_METRICS[`vllm:${groups?.["name"]}`] ?? "";
    if (!hasAlternative(parts, metric, successor)) found.set(metric, { metric, successor });
  }
  return [...found.values()];
}

/** Whether a text names what took the place of a removed metric. */
export function namesSuccessor(text: string, { successor }: Removal): boolean {
  return [...successor.matchAll(/vllm:(?<name>\w+)/g)].some(({ groups }) =>
    text.includes((groups?.["name"] ?? "").replace(/_total$/, "")),
  );
}

function hasAlternative(parts: readonly Part[], metric: string, successor: string): boolean {
  const removal = { metric, successor };
  for (const operands of alternativesIn(parts)) {
    const texts = operands.map((operand) => wordsOf(operand).join(" "));
    const isNamed = texts.some((text) => text.includes(metric));
    if (isNamed && texts.some((text) => !text.includes(metric) && namesSuccessor(text, removal))) return true;
  }
  // `{__name__=~"old|new"}`
  return wordsOf(parts).some((word) => {
    const names = /^["'`]/.test(word) ? word.split("|") : [];
    return names.some((name) => name.includes(metric)) && names.some((name) => namesSuccessor(name, removal));
  });
}

function wordsOf(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => (typeof part === "string" ? [part] : wordsOf(part.parts)));
}
