/** All rules of a stack, by the object that they are read from. */
import type { ObservabilityConfig } from "../contract/observability/schema.js";
import type { NodeGroups } from "../contract/nodeGroup.js";
import type { BatchPlan } from "../derive/batch/plan.js";
import { replicaCost } from "../derive/nodes/cost.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { ServedModel } from "../derive/servedModel.js";
import { fleetRules, stackObject } from "../vocabulary/metrics/rules.js";
import { alertGroups, fleetAlertGroups } from "./alerts/alerts.js";
import type { RuleGroup, Scope } from "./promql.js";
import { contractGroup } from "./rules/contracts.js";
import { costGroups } from "./rules/cost.js";
import { fleetGroups } from "./rules/fleet.js";
import { gatewayGroups } from "./rules/gateway.js";
import { seriesGroups } from "./rules/series/series.js";
import { sloGroups } from "./rules/slo/slo.js";

/** What is watched. */
export interface Watched {
  /** As `loadModels` returns them. */
  models: readonly ServedModel[];
  /** @default none */
  batches?: readonly BatchPlan[];
  /** `vllm:observability`, as its schema parses it. */
  config: ObservabilityConfig;
  /** `undefined` where the config does not describe them. */
  nodeGroups: NodeGroups;
}

/** Groups of rules by the name of their PrometheusRule. Names do not depend on the namespace. */
export function ruleObjects(
  { models, batches = [], config, nodeGroups }: Watched,
  scope: Scope,
): Record<string, readonly RuleGroup<object>[]> {
  // A dot is in the name of no runtime, whose own rules are beside these.
  const ofStack = stackObject(scope.stack);
  const priceOf = (plan: RuntimePlan): number | undefined =>
    replicaCost(plan, nodeGroups, config.prices.hourlyUsd)?.minUsd;
  const levels = sloGroups(models, scope, config.slo);
  return {
    ...Object.fromEntries(models.map((model) => [`${model.name}.contract`, [contractGroup(model, scope, priceOf)]])),
    [`${ofStack}.series`]: seriesGroups(scope),
    ...(levels.length > 0 && { [`${ofStack}.slo`]: levels }),
    [`${ofStack}.cost`]: costGroups({ models, batches, nodeGroups, config }, scope),
    [`${ofStack}.alerts`]: alertGroups(scope, config.alerts),
    [fleetRules(scope.stack)]: [
      ...fleetGroups(scope),
      ...gatewayGroups(scope),
      ...fleetAlertGroups(scope, config.alerts),
    ],
  };
}
