/** The stack of the day, and its rules. */
import { formatProblem } from "../../../components/config/problems.js";
import { ruleObjects } from "../../../components/observability/ruleObjects.js";
import { coldStartRuleSpec } from "../../../components/serving/coldStart.js";
import { nodeGroupsOf } from "../../../stacks/clusterConfig.js";
import { parseStackConfig, type StackConfig } from "../../../stacks/config.js";
import type { Rules } from "../../promtool.js";
import { type Config, merged, modelConfig } from "../../serving/fixtures.js";
import { stackValues, withGroup } from "../../stacks/fixtures.js";

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

/** The rules of each of the stack's PrometheusRules. */
export function dayRules({ models, cluster, observability }: StackConfig): Rules[] {
  const watched = { models, config: observability, nodeGroups: nodeGroupsOf(cluster) };
  const starts = models.flatMap(({ releases }) =>
    [...releases.values()].map((plan) => coldStartRuleSpec(plan, SCOPE.namespace)),
  );
  return [
    ...Object.values(ruleObjects(watched, SCOPE)).map((groups) => ({ groups })),
    ...starts.map(({ groups = [] }) => ({ groups })),
  ];
}
