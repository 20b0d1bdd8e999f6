/** The stack of the day, and its rules. */
import { formatProblem } from "../../../components/config/problems.js";
import { alertGroups, fleetAlertGroups } from "../../../components/observability/alerts/alerts.js";
import { contractGroup } from "../../../components/observability/rules/contracts.js";
import { costGroups } from "../../../components/observability/rules/cost.js";
import { fleetGroups } from "../../../components/observability/rules/fleet.js";
import { seriesGroups } from "../../../components/observability/rules/series/series.js";
import { sloGroups } from "../../../components/observability/rules/slo/slo.js";
import { replicaCost } from "../../../components/derive/nodes/cost.js";
import type { RuntimePlan } from "../../../components/derive/plan.js";
import { nodeGroupsOf } from "../../../stacks/clusterConfig.js";
import { parseStackConfig, type StackConfig } from "../../../stacks/config.js";
import { type Config, modelConfig } from "../../serving/fixtures.js";
import { stackValues, withGroup } from "../../stacks/fixtures.js";
import { merged } from "../../serving/fixtures.js";

export const SCOPE = { namespace: "models", stack: "day" };

/** `chat` has between 2 and 4 replicas, the others one each; all have service levels. */
const VALUES: Config = {
  models: {
    chat: modelConfig({ autoscaling: { min: 2, max: 4 } }),
    code: modelConfig(),
    quiet: modelConfig(),
  },
  observability: {
    slo: { ttft: { seconds: 1, target: 0.99 }, interTokenLatency: { seconds: 0.1, target: 0.99 }, availability: 0.999 },
    budgets: { usdPerDay: 400 },
  },
};

/** @throws Error with the config's problems */
export function dayStack(): StackConfig {
  const { config, problems } = parseStackConfig(stackValues(merged(withGroup({ max: 8 }), VALUES)), []);
  if (config === undefined) throw new Error(problems.map(formatProblem).join("\n"));
  return config;
}

/** All rules of the stack, as their PrometheusRules have them. */
export function dayRules({ models, cluster, observability }: StackConfig): { groups: object[] } {
  const nodeGroups = nodeGroupsOf(cluster);
  const priceOf = (plan: RuntimePlan): number | undefined =>
    replicaCost(plan, nodeGroups, observability.prices.hourlyUsd)?.minUsd;
  // In a cluster they are in objects of their own: two of these may have groups of one name.
  const fleet = [...fleetGroups(SCOPE), ...fleetAlertGroups(SCOPE, observability.alerts)];
  return {
    groups: [
      ...models.map((model) => contractGroup(model, SCOPE, priceOf)),
      ...seriesGroups(SCOPE),
      ...sloGroups(models, SCOPE, observability.slo),
      ...costGroups({ models, batches: [], nodeGroups, config: observability }, SCOPE),
      ...alertGroups(SCOPE, observability.alerts),
      ...fleet.map((group) => ({ ...group, name: `${group.name}-of-fleet` })),
    ],
  };
}
