/** US dollars as people read them. */
import type { CostRange } from "../../components/derive/nodes/cost.js";

export const usd = (value: number): string => `$${value.toFixed(2)}`;

/** @param cost absent where no source has the price of the machines */
export function costRange(cost: CostRange | undefined): string {
  if (cost === undefined) return "unknown";
  const { minUsd, maxUsd } = cost;
  return minUsd === maxUsd ? usd(minUsd) : `${usd(minUsd)}–${usd(maxUsd)}`;
}
