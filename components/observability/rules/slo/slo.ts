/** Service levels: what is recorded of them. */
import type { SloConfig } from "../../../contract/observability/slo.js";
import type { ServedModel } from "../../../derive/servedModel.js";
import type { RuleGroup, Scope } from "../../promql.js";
import { errorGroups } from "./errors.js";
import { objectiveGroup } from "./objectives.js";

/**
 * Groups of a stack's service levels, which follow those of {@link seriesGroups}.
 *
 * @param environment `vllm:observability.slo`: of interactive models that state none @default none
 * @returns nothing where no model has a service level
 */
export function sloGroups(models: readonly ServedModel[], scope: Scope, environment?: SloConfig): RuleGroup[] {
  const targets = objectiveGroup(models, scope, environment);
  return targets.length === 0 ? [] : [...targets, ...errorGroups(scope)];
}
