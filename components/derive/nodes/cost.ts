/** What a replica costs. */
import type { NodeGroups } from "../../contract/nodeGroup.js";
import type { PricesConfig } from "../../contract/observability/prices.js";
import { machinesWith } from "../../facts/machines/index.js";
import { hourlyPrice } from "../observability/prices.js";
import { candidates, type Demand } from "./placement.js";

/** US dollars an hour, on demand. */
export interface CostRange {
  minUsd: number;
  maxUsd: number;
}

/**
 * What one replica costs an hour: its share of the GPUs of the cheapest and of the dearest machine it can be on, of those
 * with a price. Without machines in the node groups, of EC2's cheapest. `undefined` where no machine has a price.
 *
 * @param own prices of machines by name @default those of the table
 */
export function replicaCost(
  demand: Demand,
  groups: NodeGroups,
  own?: PricesConfig["hourlyUsd"],
): CostRange | undefined {
  const described = groups && candidates(demand, groups).flatMap(({ machines }) => machines);
  const known = described?.length ? described : machinesWith(demand.gpu.type, "aws");
  const prices = known
    .filter(({ gpus }) => gpus >= demand.gpu.count)
    .flatMap((machine) => {
      const hourlyUsd = hourlyPrice(machine, own);
      return hourlyUsd === undefined ? [] : [(hourlyUsd * demand.gpu.count) / machine.gpus];
    });
  if (prices.length === 0) return undefined;
  const cheapest = Math.min(...prices);
  return { minUsd: cheapest, maxUsd: described?.length ? Math.max(...prices) : cheapest };
}
