import { parse } from "yaml";
import { quote } from "../../../components/config/problems.js";
import { isKind, type Resource } from "../../read/kinds.js";
import { pathText, reach } from "../../objects/path.js";
import { type FoundText, textsIn } from "../../objects/texts.js";
import { isUnknownText } from "../../objects/search.js";
import { each } from "../../read/unknown.js";
import { mentionsRemoved, namesSuccessor, removedIn } from "../../scaling/removed.js";
import { stackRule } from "../../rule.js";

/** Keys whose texts are read by people, choose series to rename or drop, or give a name. */
const NO_QUERY =
  /^(summary|description|title|message|text|content|legendFormat|runbook_?url|regex|replacement|matches|alias|displayName|record|as)$|\.(md|txt|html)$/i;
/** Keys of names that rules and adapters give to what they read. */
const GIVES_NAME = /^(record|as)$/;
/** Annotations are notes for people, but for those that autoscalers and operators read. */
const READ_ANNOTATION = /quer|metric|prometheus|expr|autoscaling/i;
const IS_QUERY = /^(query|expr|expression|targetMetric)$/;

export const removedMetrics = stackRule(
  {
    name: "removed-metrics",
    description: "Autoscalers and alerts read metrics that vLLM still has.",
    why: "A query for a removed metric returns nothing and no error: the autoscaler does nothing and the alert never fires.",
    remediationSteps: "Use the metric that replaced it.",
    equalForms:
      "Any text of any resource that names such a metric is a query: autoscalers, alerts, adapters' rules, dashboards in ConfigMaps or of other providers, " +
      "chart values, arguments of programs. JSON and YAML within a text are read, too. `vllm:`, `vllm_` and `vllm.` are one prefix; AIBrix' `targetMetric` " +
      "has none. A query of the new metric `or` the old one is accepted, as is a script that names both, and a name that a recording rule or an adapter of " +
      "the program gives. Descriptions, titles, comments, relabelling and annotations that nobody queries by are not read.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  ({ declared }, report) => {
    const texts = declared.map((resource) => ({ resource, texts: [...textsOf(resource)] }));
    const given = new Set(
      texts.flatMap(({ texts: all }) => all.filter(({ path }) => GIVES_NAME.test(keyOf(path))).map(({ text }) => text)),
    );
    each(texts, ({ resource, texts: all }) => {
      each(all, ({ path, text }) => {
        const key = keyOf(path);
        // Reading it lets the engine know.
        if (IS_QUERY.test(key) && isUnknownText(text)) reach(resource.props, path);
        if (NO_QUERY.test(key) || isNote(path)) return;
        for (const { metric, successor } of removedIn(text)) {
          if (given.has(metric)) continue;
          report(
            resource.urn,
            `${pathText(path)}: query ${quote(text)} reads ${metric}, which vLLM no longer has: use ${successor}`,
          );
        }
      });
    });
  },
);

function isNote(path: FoundText["path"]): boolean {
  const index = path.indexOf("annotations");
  return index > 0 && path[index - 1] === "metadata" && !READ_ANNOTATION.test(String(path[index + 1]));
}

function keyOf(path: FoundText["path"]): string {
  return String(path.findLast((key) => typeof key === "string") ?? "");
}

/** Texts that may matter: of documents in a text their own, of other long ones their lines. */
function* textsOf(resource: Resource): Iterable<FoundText> {
  const isAibrix = isKind(resource, "autoscaling.aibrix.ai", "PodAutoscaler");
  for (const found of textsIn(resource.props)) {
    const { path, text } = found;
    if (isAibrix && keyOf(path) === "targetMetric" && !text.includes(":")) yield { path, text: `vllm:${text}` };
    else if (GIVES_NAME.test(keyOf(path)) || IS_QUERY.test(keyOf(path))) yield found;
    else if (mentionsRemoved(text)) yield* partsOf(found);
  }
}

function* partsOf(found: FoundText): Iterable<FoundText> {
  const { path, text } = found;
  if (!/^\s*[[{]|\n/.test(text)) {
    yield found;
    return;
  }
  if (NO_QUERY.test(keyOf(path))) return;
  const document = parsed(text);
  if (typeof document === "object" && document !== null) {
    for (const inner of textsIn(document)) yield { path: [...path, ...inner.path], text: inner.text };
    return;
  }
  for (const line of text.split("\n")) {
    const isComment = /^\s*(#|\/\/|--)/.test(line);
    if (!isComment && removedIn(line).some((removal) => !namesSuccessor(text, removal)))
      yield { path, text: line.trim() };
  }
}

function parsed(text: string): unknown {
  try {
    return text.trimStart().startsWith("{")
      ? (JSON.parse(text) as unknown)
      : (parse(text, { logLevel: "error" }) as unknown);
  } catch {
    return undefined;
  }
}
