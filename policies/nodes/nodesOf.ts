/** Finds nodes: managed and self-managed groups of EKS, and pools of Karpenter. */
import { nodePoolOf } from "./karpenter.js";
import type { Resource } from "../read/kinds.js";
import { nodeGroupOf } from "./nodeGroups.js";
import type { Nodes } from "./nodes.js";
import { selfManagedGroupOf } from "./selfManagedGroups.js";

export function nodesOf(resource: Resource): Nodes | undefined {
  const pool = nodePoolOf(resource);
  if (pool?.isPart && !pool.statesTaints) return undefined;
  return nodeGroupOf(resource) ?? selfManagedGroupOf(resource) ?? pool;
}
