/** What the stack's models and batches cost: docs/cost.md says what each series is. */
import type { RuleGroup, Scope } from "../promql.js";
import { dayRules } from "./cost/day.js";
import { podRules } from "./cost/pods.js";
import { type CostArgs, priceGroup } from "./cost/prices.js";
import { releaseRules } from "./cost/releases.js";

export type { CostArgs } from "./cost/prices.js";

/**
 * All within the models' namespace. They read `vllm_node_info` of the fleet, `vllm_pod_info`, and the tokens and scraped pods of releases.
 */
export function costGroups(args: CostArgs, scope: Scope): RuleGroup[] {
  const { outputTokenWeight } = args.config.prices;
  return [
    priceGroup(args, scope),
    // The sums of a day count one sample a minute.
    { name: "vllm-cost", interval: "1m", rules: [...podRules(scope), ...releaseRules(scope, outputTokenWeight)] },
    // Below the five minutes after which Prometheus forgets a sample.
    { name: "vllm-cost-day", interval: "4m", rules: dayRules(scope, outputTokenWeight) },
  ];
}
