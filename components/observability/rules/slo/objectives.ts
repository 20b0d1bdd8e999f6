/** Targets as series: what the rules of service levels join. */
import type { SloConfig } from "../../../contract/observability/slo.js";
import { objectivesOf, type ServiceLevel } from "../../../derive/observability/objectives.js";
import type { ServedModel } from "../../../derive/servedModel.js";
import { METRIC_LABELS } from "../../../vocabulary/metrics/labels.js";
import { CONTRACT } from "../../../vocabulary/metrics/recorded.js";
import type { RecordingRule, RuleGroup, Scope } from "../../promql.js";

function labelled(expr: string, label: string, value: string): string {
  return `label_replace(${expr}, "${label}", "${value}", "", "")`;
}

function seriesOf({ slo, target, le }: ServiceLevel): string {
  const named = labelled(`vector(${target})`, "slo", slo);
  return le === undefined ? named : labelled(named, "le", le);
}

function objectiveRule(
  model: ServedModel,
  { namespace, stack }: Scope,
  environment: SloConfig | undefined,
): RecordingRule[] {
  const levels = objectivesOf(model, environment);
  if (levels.length === 0) return [];
  return [
    {
      record: CONTRACT.objective,
      expr: levels.map(seriesOf).join("\nor "),
      labels: {
        namespace,
        [METRIC_LABELS.stack]: stack,
        [METRIC_LABELS.model]: model.name,
        [METRIC_LABELS.class]: model.class,
      },
    },
  ];
}

/** @returns nothing where no model has a service level */
export function objectiveGroup(
  models: readonly ServedModel[],
  scope: Scope,
  environment: SloConfig | undefined,
): RuleGroup[] {
  const rules = models.flatMap((model) => objectiveRule(model, scope, environment));
  return rules.length === 0 ? [] : [{ name: "vllm-slo-objectives", rules }];
}
