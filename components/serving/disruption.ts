import type { types } from "@pulumi/kubernetes";

/**
 * Lets a drain take one replica at a time, and replicas that are not ready at any time: a server that cannot start must
 * not keep its node from being replaced.
 */
export function disruptionBudgetSpec(selector: Record<string, string>): types.input.policy.v1.PodDisruptionBudgetSpec {
  return { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels: selector } };
}
