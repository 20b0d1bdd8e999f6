/** What a replica costs. */
import type { NodeGroups } from "../../contract/nodeGroup.js";
import { machinesWith } from "../../facts/machines/index.js";
import { candidates, type Demand } from "./placement.js";

/** US dollars an hour, on demand. */
export interface CostRange {
  minUsd: number;
  maxUsd: number;
}

/**
 * What one replica costs an hour: its share of the GPUs of the cheapest and of the dearest machine it can be on, of those
 * with a price. Without machines in the node groups, of EC2's cheapest. `undefined` where no machine has a price.
 */
export function replicaCost(demand: Demand, groups: NodeGroups): CostRange | undefined {
  const described = groups && candidates(demand, groups).flatMap(({ machines }) => machines);
  const known = described?.length ? described : machinesWith(demand.gpu.type, "aws");
  const prices = known
    .filter(({ gpus }) => gpus >= demand.gpu.count)
    .flatMap(({ gpus, hourlyUsd }) => (hourlyUsd === undefined ? [] : [(hourlyUsd * demand.gpu.count) / gpus]));
  if (prices.length === 0) return undefined;
  const cheapest = Math.min(...prices);
  return { minUsd: cheapest, maxUsd: described?.length ? Math.max(...prices) : cheapest };
}
