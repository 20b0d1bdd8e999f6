/** What a replica costs. */
import type { NodeGroups } from "../contract/nodeGroup.js";
import { machinesWith } from "../facts/machines/index.js";
import { candidates, type Demand } from "./placement.js";

/** US dollars an hour, on demand. */
export interface CostRange {
  minUsd: number;
  maxUsd: number;
}

/**
 * What one replica costs an hour: its share of the GPUs of the cheapest and of the dearest machine it can be on. Without node
 * groups, of the cheapest machine that is known.
 */
export function replicaCost(demand: Demand, groups: NodeGroups): CostRange {
  const described = groups && candidates(demand, groups).flatMap(({ machines }) => machines);
  const known = described?.length ? described : machinesWith(demand.gpu.type);
  const prices = known
    .filter(({ gpus }) => gpus >= demand.gpu.count)
    .flatMap(({ gpus, hourlyUsd }) => (hourlyUsd === undefined ? [] : [(hourlyUsd * demand.gpu.count) / gpus]));
  // The check of the placement refuses a release that no machine takes.
  if (prices.length === 0) return { minUsd: 0, maxUsd: 0 };
  const cheapest = Math.min(...prices);
  return { minUsd: cheapest, maxUsd: described?.length ? Math.max(...prices) : cheapest };
}
