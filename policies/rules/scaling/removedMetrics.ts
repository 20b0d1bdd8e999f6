import { quote } from "../../../components/config/problems.js";
import { REMOVED_METRICS } from "../../../components/facts/vllm/removedMetrics.js";
import { type Resource, isKind } from "../../read/kinds.js";
import { at, list, text } from "../../read/values.js";
import { resourceRule } from "../../rule.js";

export const removedMetrics = resourceRule(
  {
    name: "removed-metrics",
    description: "Autoscalers and alerts read metrics that vLLM still has.",
    why: "A query for a removed metric returns nothing and no error: the autoscaler does nothing and the alert never fires.",
    remediationSteps: "Use the metric that replaced it.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    for (const query of queriesOf(resource)) {
      for (const [metric, successor] of Object.entries(REMOVED_METRICS)) {
        if (query.includes(metric))
          report(`query ${quote(query)} reads ${metric}, which vLLM no longer has: use ${successor}`);
      }
    }
  },
);

function queriesOf(resource: Resource): string[] {
  const spec = resource.props["spec"];
  if (isKind(resource, "keda.sh", "ScaledObject")) {
    return list(at(spec, "triggers")).flatMap((trigger) => text(at(trigger, "metadata", "query")) ?? []);
  }
  if (isKind(resource, "monitoring.coreos.com", "PrometheusRule")) {
    const rules = list(at(spec, "groups")).flatMap((group) => list(at(group, "rules")));
    return rules.flatMap((rule) => text(at(rule, "expr")) ?? []);
  }
  return [];
}
