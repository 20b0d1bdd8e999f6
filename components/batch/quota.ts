/** A limit of what all batches hold at once, where no Kueue decides it. */
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type BatchPlan, hasEngine } from "../derive/batch/plan.js";

/**
 * Counts pods of the priorities that batches have, and of those only pods with an end of their own (`Terminating`: they have
 * activeDeadlineSeconds). Servers of the class batch have the same priority and no end, so they are not counted.
 *
 * @param priorityClasses names of those that batches have
 */
export function quotaSpec(
  gpus: number,
  batches: readonly BatchPlan[],
  priorityClasses: pulumi.Input<string>[],
): types.input.core.v1.ResourceQuotaSpec {
  const resources = new Set(batches.flatMap(({ work }) => (hasEngine(work) ? work.release.accelerator.resource : [])));
  return {
    hard: Object.fromEntries([...resources].map((resource) => [`requests.${resource}`, String(gpus)])),
    scopes: ["Terminating"],
    scopeSelector: {
      matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: priorityClasses }],
    },
  };
}
