/** Quotas of tenants: what is counted, and under which keys of the request's metadata the limit and the cost stand. */
import { METADATA } from "./gateway.js";

/** A quota that each tenant has, given or not. */
export interface Quota {
  /** Key of `vllm:gateway.tenants.<tenant>.limits`. */
  limit:
    | "requestsPerMinute"
    | "inputTokensPerMinute"
    | "outputTokensPerMinute"
    | "inputTokensPerDay"
    | "outputTokensPerDay"
    | "usdPerDay";
  /** Key of the metadata with the tenant's limit. */
  key: string;
  unit: "Minute" | "Day";
  /** Key of the metadata with what a response costs. @default each request costs one */
  cost?: string;
  /** What one of the config is in the metadata's unit. */
  factor: number;
}

/** In the order of the rules. */
export const QUOTAS: readonly Quota[] = [
  { limit: "requestsPerMinute", key: "limit_requests_minute", unit: "Minute", factor: 1 },
  ...(["Minute", "Day"] as const).flatMap((unit): Quota[] => [
    {
      ...{ limit: `inputTokensPer${unit}`, key: `limit_input_${unit.toLowerCase()}`, unit },
      ...{ cost: METADATA.inputTokens, factor: 1 },
    },
    {
      ...{ limit: `outputTokensPer${unit}`, key: `limit_output_${unit.toLowerCase()}`, unit },
      ...{ cost: METADATA.outputTokens, factor: 1 },
    },
  ]),
  { limit: "usdPerDay", key: "limit_microdollars_day", unit: "Day", cost: METADATA.microdollars, factor: 1_000_000 },
];

/** The largest limit that the rate limit service takes (uint32): who has none has this. */
export const NO_LIMIT = 4_294_967_295;
