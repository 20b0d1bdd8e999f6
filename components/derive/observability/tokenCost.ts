/** What a million tokens cost at a stated load. */
import type { LoadConfig } from "../../contract/load.js";
import type { CostRange } from "../nodes/cost.js";

/** US dollars a million tokens; absent for tokens that the load has none of. */
export interface TokenCost {
  input?: CostRange;
  output?: CostRange;
}

/**
 * Splits dollars as the recorded series do: an output token counts as several input tokens.
 *
 * @param hourlyUsd of the replicas that take the load
 * @param outputTokenWeight input tokens that an output token costs as much as
 */
export function tokenCost(
  hourlyUsd: CostRange,
  { inputTokensPerSecond, outputTokensPerSecond }: LoadConfig,
  outputTokenWeight: number,
): TokenCost {
  const weighted = 3600 * (inputTokensPerSecond + outputTokenWeight * outputTokensPerSecond);
  const million = (weight: number): CostRange => ({
    minUsd: (1e6 * weight * hourlyUsd.minUsd) / weighted,
    maxUsd: (1e6 * weight * hourlyUsd.maxUsd) / weighted,
  });
  return {
    ...(inputTokensPerSecond > 0 && { input: million(1) }),
    ...(outputTokensPerSecond > 0 && { output: million(outputTokenWeight) }),
  };
}
