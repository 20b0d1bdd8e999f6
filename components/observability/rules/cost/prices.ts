/** Prices and budgets as series. */
import type { ObservabilityConfig } from "../../../contract/observability/schema.js";
import type { NodeGroups } from "../../../contract/nodeGroup.js";
import { type BatchPlan, hasEngine } from "../../../derive/batch/plan.js";
import { replicaCost } from "../../../derive/nodes/cost.js";
import { pricedMachines } from "../../../derive/observability/prices.js";
import type { ServedModel } from "../../../derive/servedModel.js";
import { METRIC_LABELS } from "../../../vocabulary/metrics/labels.js";
import { CONTRACT, COST, TARGETS } from "../../../vocabulary/metrics/recorded.js";
import { LIFECYCLES } from "../../../vocabulary/nodes.js";
import type { RecordingRule, RuleGroup, Scope } from "../../promql.js";
import { type Constant, constants } from "../constants.js";

/** What the costs of a stack are reckoned from. */
export interface CostArgs {
  models: readonly ServedModel[];
  batches: readonly BatchPlan[];
  /** `undefined` where the config does not describe them. */
  nodeGroups: NodeGroups;
  config: Pick<ObservabilityConfig, "prices" | "budgets">;
}

/** Series that follow from the config alone. */
export function priceGroup(args: CostArgs, { namespace, stack }: Scope): RuleGroup {
  const labels = { namespace, [METRIC_LABELS.stack]: stack };
  const rule = (record: string, rows: readonly Constant[]): RecordingRule[] =>
    rows.length === 0 ? [] : [{ record, expr: constants(rows), labels }];
  const machines = machinesOf(args);
  return {
    name: "vllm-prices",
    rules: [
      ...rule(
        COST.machine,
        machines.flatMap(({ instanceType, onDemandUsd, spotUsd }) => [
          { labels: { instance_type: instanceType, capacity: LIFECYCLES.onDemand }, value: onDemandUsd },
          { labels: { instance_type: instanceType, capacity: LIFECYCLES.spot }, value: spotUsd },
        ]),
      ),
      ...rule(
        COST.machineGpus,
        machines.map(({ instanceType, gpus }) => ({ labels: { instance_type: instanceType }, value: gpus })),
      ),
      ...rule(CONTRACT.target, batchPrices(args)),
      ...rule(COST.budget, budgets(args)),
    ],
  };
}

/** Releases that batches state themselves; the others have no GPUs. */
function ownReleases(batches: readonly BatchPlan[]) {
  return batches.flatMap(({ name, class: trafficClass, work }) =>
    hasEngine(work) ? [{ name, class: trafficClass, release: work.release }] : [],
  );
}

function machinesOf({ models, batches, nodeGroups, config }: CostArgs): ReturnType<typeof pricedMachines> {
  const gpus = [
    ...models.flatMap(({ releases }) => [...releases.values()].map(({ gpu }) => gpu.type)),
    ...ownReleases(batches).map(({ release }) => release.gpu.type),
  ];
  return pricedMachines(nodeGroups, gpus, config.prices);
}

/** Of one pod of a batch; those of models are in their own groups. */
function batchPrices({ batches, nodeGroups, config }: CostArgs): Constant[] {
  return ownReleases(batches).flatMap(({ name, class: trafficClass, release }) => {
    const each = replicaCost(release, nodeGroups, config.prices.hourlyUsd);
    if (each === undefined) return [];
    const labels = {
      [METRIC_LABELS.model]: name,
      [METRIC_LABELS.release]: release.release,
      [METRIC_LABELS.revision]: release.model.revision,
      [METRIC_LABELS.class]: trafficClass,
      [METRIC_LABELS.gpu]: release.gpu.type,
      target: TARGETS.hourlyUsd,
    };
    return [{ labels, value: each.minUsd }];
  });
}

function budgets({ models, batches, config }: CostArgs): Constant[] {
  const { usdPerDay, models: each } = config.budgets;
  const classes = new Map([...batches, ...models].map(({ name, class: trafficClass }) => [name, trafficClass]));
  return [
    ...(usdPerDay === undefined ? [] : [{ labels: {}, value: usdPerDay }]),
    ...Object.entries(each).map(([name, value]) => ({
      labels: { [METRIC_LABELS.model]: name, [METRIC_LABELS.class]: classes.get(name) ?? "" },
      value,
    })),
  ];
}
