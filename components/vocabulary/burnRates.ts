/**
 * Burn rates: how many times faster than allowed the error budget of 30 days is spent. Each is a window and a shorter one, in which it
 * has to be as bad, so that an alert ends soon after what caused it.
 *
 * Source: "Alerting on SLOs" of Google's Site Reliability Workbook, whose rates and windows these are.
 */
import type { SloWindow } from "./metrics/recorded.js";

/** An alert's rate. */
export interface BurnRate {
  times: number;
  window: Extract<SloWindow, "1h" | "6h" | "3d">;
  short: SloWindow;
}

export const BURN_RATES = {
  /** Spends 2 % of the budget in an hour. */
  fast: { times: 14.4, window: "1h", short: "5m" },
  /** Spends 5 % in six hours. */
  slow: { times: 6, window: "6h", short: "30m" },
  /** Spends 10 % in three days: all of it by the end of the month. */
  steady: { times: 1, window: "3d", short: "6h" },
} as const satisfies Record<string, BurnRate>;

export const FASTEST_BURN = BURN_RATES.fast.times;
