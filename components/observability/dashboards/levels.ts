/** Numbers at which colours change where they are the same for every model, and how alerts are found. */

/** A share of an objective or of a limit, which is 1. */
export const NEARLY = { warning: 0.8, bad: 1 } as const;

/** Share of a KV cache or of GPU memory that is called full. */
export const FULL = 0.9;

/**
 * Burn rates that alerts fire at, over an hour and over three days.
 * Source: https://sre.google/workbook/alerting-on-slos/, table 5-8.
 */
export const BURN = { page: 14.4, ticket: 1 } as const;

/** Prometheus' own series of alerts. */
export const ALERTS = {
  metric: "ALERTS",
  /** Ours: their names begin so. */
  ours: 'alertname=~"Vllm.+"',
  page: 'severity="page"',
  ticket: 'severity="ticket"',
} as const;
