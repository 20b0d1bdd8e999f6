/** What the config states of a model, as series: other rules join them. */
import { contractHash } from "../../contract/contract.js";
import { progressDeadlineSeconds } from "../../derive/budgets.js";
import { inFlightTarget, kvCacheTarget, waitingTarget } from "../../derive/scaling.js";
import { runtimeName } from "../../derive/objects.js";
import type { RuntimePlan } from "../../derive/plan.js";
import type { ServedModel } from "../../derive/servedModel.js";
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";
import { CONTRACT, type Target, TARGETS } from "../../vocabulary/metrics/recorded.js";
import type { RecordingRule, RuleGroup, Scope } from "../promql.js";

/** Labels of a release's series. */
export function releaseLabels(plan: RuntimePlan, { namespace, stack }: Scope): Record<string, string> {
  return {
    namespace,
    [METRIC_LABELS.stack]: stack,
    [METRIC_LABELS.model]: plan.name,
    [METRIC_LABELS.release]: plan.release,
    [METRIC_LABELS.revision]: plan.model.revision,
    [METRIC_LABELS.class]: plan.class,
    [METRIC_LABELS.gpu]: plan.gpu.type,
  };
}

function targetsOf(plan: RuntimePlan, hourlyUsd: number | undefined): Partial<Record<Target, number>> {
  const { sequences, inFlight } = plan.concurrency;
  return {
    [TARGETS.sequences]: sequences,
    [TARGETS.inFlight]: inFlight,
    [TARGETS.inFlightTarget]: inFlightTarget(plan),
    [TARGETS.waitingTarget]: waitingTarget(plan),
    [TARGETS.kvCacheTarget]: kvCacheTarget(),
    [TARGETS.startupSeconds]: plan.startupSeconds,
    [TARGETS.deadlineSeconds]: progressDeadlineSeconds(plan),
    [TARGETS.drainSeconds]: plan.drainSeconds,
    [TARGETS.replicasMin]: plan.autoscaling.min,
    [TARGETS.replicasMax]: plan.autoscaling.max,
    [TARGETS.gpus]: plan.gpu.count,
    [TARGETS.context]: plan.context,
    ...(hourlyUsd !== undefined && { [TARGETS.hourlyUsd]: hourlyUsd }),
  };
}

/** All numbers of a release in one rule: three hundred models would be thousands of rules otherwise. */
function targets(values: Partial<Record<Target, number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `label_replace(vector(${value}), "target", "${name}", "", "")`)
    .join("\nor ");
}

/** @param hourlyUsd price of a replica @default unknown */
function releaseRules(plan: RuntimePlan, scope: Scope, hourlyUsd?: number): RecordingRule[] {
  const labels = releaseLabels(plan, scope);
  const own = { deployment: runtimeName(plan), image: plan.image, contract_hash: contractHash(plan.contract) };
  return [
    { record: CONTRACT.info, expr: "vector(1)", labels: { ...labels, ...own } },
    { record: CONTRACT.target, expr: targets(targetsOf(plan, hourlyUsd)), labels },
  ];
}

/**
 * The series of a model's contract.
 *
 * @param priceOf a replica, in dollars an hour @default unknown
 */
export function contractGroup(
  model: ServedModel,
  scope: Scope,
  priceOf: (plan: RuntimePlan) => number | undefined = () => undefined,
): RuleGroup {
  const routed = model.releases.get(model.route.stable)!;
  return {
    name: `vllm-contract-${model.name}`,
    rules: [
      { record: CONTRACT.route, expr: "vector(1)", labels: releaseLabels(routed, scope) },
      ...[...model.releases.values()].flatMap((plan) => releaseRules(plan, scope, priceOf(plan))),
    ],
  };
}
