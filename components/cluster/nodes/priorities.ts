/** Which group of one GPU gets the next node. */
import type { BuiltClusterConfig, BuiltNodeGroup } from "../schema.js";

/**
 * Capacity that is paid for already comes first; then spot, for whoever may be interrupted, since it costs a fraction; then
 * on-demand, which costs the most and is there the longest.
 */
const PRIORITIES = { reserved: 30, spot: 20, onDemand: 10 } as const;

/** A group's priority; the highest one comes first. */
export function priorityOf({ priority, reservation, capacity }: BuiltNodeGroup): number {
  if (priority !== undefined) return priority;
  if (reservation !== undefined) return PRIORITIES.reserved;
  return capacity === "spot" ? PRIORITIES.spot : PRIORITIES.onDemand;
}

/** Priority of every group that no other takes part in: the system's, and what somebody adds by hand. */
const OTHERS = 1;

/**
 * Groups by their priority, as the cluster autoscaler's priority expander reads them: regular expressions for the names of
 * autoscaling groups. A group whose nodes do not come is left out for a while, and the next one is taken
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/expander/priority/readme.md).
 *
 * @param component name of the `EksGpuCluster` that makes the groups
 * @returns `undefined` where no two groups have one GPU and purpose, so that there is nothing to choose
 */
export function expanderPriorities(
  { gpuNodes }: Pick<BuiltClusterConfig, "gpuNodes">,
  component: string,
): Record<number, string[]> | undefined {
  const groups = Object.entries(gpuNodes);
  const kinds = groups.map(([, { gpu, purpose }]) => `${gpu} ${purpose}`);
  if (new Set(kinds).size === kinds.length) return undefined;
  const priorities: Record<number, string[]> = { [OTHERS]: [".*"] };
  for (const [name, group] of groups) {
    // Pulumi ends the name of a node group with seven hexadecimal digits, EKS that of its autoscaling group with an id.
    (priorities[priorityOf(group)] ??= []).push(`^eks-${component}-${name}-[0-9a-f]{7}-`);
  }
  return priorities;
}
