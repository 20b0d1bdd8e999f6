/** Names of alerts, and what is decided of each where a config says nothing. */

/** Who is told: `page` wakes somebody, since users feel it now or soon; `ticket` waits for working hours. */
export const SEVERITIES = ["page", "ticket"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a condition is compared with. */
export interface Threshold {
  value: number;
  /** Least and most that a config may state. */
  min: number;
  max: number;
  /** What the number is, with its unit, as tables show it. */
  what: string;
}

/** What a config may change of an alert. */
export interface AlertDefaults {
  severity: Severity;
  /** How long the condition has to hold. */
  forSeconds: number;
  /** @default the condition has none */
  threshold?: Threshold;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const page = (forSeconds: number, threshold?: Threshold): AlertDefaults => row("page", forSeconds, threshold);
const ticket = (forSeconds: number, threshold?: Threshold): AlertDefaults => row("ticket", forSeconds, threshold);

function row(severity: Severity, forSeconds: number, threshold?: Threshold): AlertDefaults {
  return { severity, forSeconds, ...(threshold !== undefined && { threshold }) };
}

/** Of the rates at which an error budget is spent: with fewer bad requests in the window, a model's traffic is too small to tell. */
const BAD_REQUESTS: Threshold = { value: 10, min: 1, max: 100_000, what: "bad requests in the long window" };

/** By name, in the order of docs/alerts.md. */
export const ALERTS = {
  VllmSloBurnFast: page(2 * MINUTE, BAD_REQUESTS),
  VllmSloBurnSlow: page(15 * MINUTE, BAD_REQUESTS),
  VllmSloBurnSteady: ticket(HOUR, BAD_REQUESTS),

  // latency
  VllmTtftHigh: ticket(10 * MINUTE, {
    value: 0.1,
    min: 0,
    max: 1000,
    what: "requests a second, with fewer nothing is said",
  }),
  VllmEngineHung: page(3 * MINUTE),
  // capacity
  VllmPreemptions: ticket(30, { value: 0.05, min: 0, max: 1000, what: "preemptions a second" }),
  VllmKvCacheFull: ticket(5 * MINUTE, { value: 0.9, min: 0.5, max: 1, what: "share of the KV cache" }),
  VllmRequestsWaiting: ticket(5 * MINUTE, { value: 2, min: 0.1, max: 100, what: "times the autoscaler's target" }),
  VllmRefusals: page(5 * MINUTE, { value: 0.05, min: 0, max: 1000, what: "refused requests a second" }),
  // rollout
  VllmNoReadyReplica: page(MINUTE),
  VllmRolloutStuck: ticket(MINUTE),
  VllmStartBeyondBudget: ticket(2 * MINUTE),
  VllmRestarts: ticket(0, { value: 2, min: 1, max: 100, what: "restarts in 15 minutes" }),
  VllmOutOfMemory: ticket(0),
  VllmRouteMismatch: ticket(10 * MINUTE),
  // gpu
  VllmGpuXid: ticket(0),
  VllmGpuThrottled: ticket(10 * MINUTE),
  VllmGpuMemoryFull: ticket(10 * MINUTE, { value: 256, min: 1, max: 100_000, what: "MiB free" }),
  VllmGpuMetricsMissing: ticket(15 * MINUTE),
  // scaling
  VllmScalerFallback: ticket(MINUTE, { value: 3, min: 0, max: 8, what: "failures of a query in 2 minutes" }),
  VllmScalerMissing: ticket(10 * MINUTE),
  VllmScalerAtMost: ticket(10 * MINUTE),
  VllmNodeMissing: ticket(15 * MINUTE),
  VllmSpotMissing: ticket(30 * MINUTE),
  // scrape
  VllmScrapeMissing: ticket(5 * MINUTE),
  VllmStateMissing: page(10 * MINUTE),
  // batch
  VllmCacheFillFailed: ticket(0),
  VllmCacheFillWaiting: ticket(15 * MINUTE),
  VllmBatchShardFailing: ticket(MINUTE, { value: 3, min: 1, max: 100_000, what: "failed pods of a run" }),
  // cost
  VllmGpuIdle: ticket(HOUR, { value: 0.05, min: 0, max: 1, what: "mean utilization of a day, 0 to 1" }),
  VllmBudgetSpent: ticket(5 * MINUTE, { value: 1, min: 0.1, max: 100, what: "times the day's budget" }),
  VllmCostMissing: ticket(HOUR),
  // gateway
  VllmTenantNearQuota: ticket(10 * MINUTE, { value: 0.9, min: 0.1, max: 1, what: "share of a limit a minute" }),
  VllmTenantNearDay: ticket(5 * MINUTE, { value: 0.9, min: 0.1, max: 1, what: "share of a limit a day" }),
  VllmTenantRefused: ticket(15 * MINUTE, { value: 0.05, min: 0, max: 1, what: "share of the tenant's requests" }),
  VllmGatewayErrors: page(5 * MINUTE, { value: 0.05, min: 0, max: 1, what: "share of the model's requests" }),
  VllmGatewayDown: page(MINUTE),
  VllmGatewayProxyMissing: ticket(10 * MINUTE),
  VllmGatewaySeriesMissing: ticket(10 * MINUTE),
  VllmQuotaServiceDown: page(MINUTE),
  VllmUnauthenticatedBurst: ticket(5 * MINUTE, { value: 1, min: 0, max: 100_000, what: "requests a second" }),
} as const satisfies Record<string, AlertDefaults>;
export type AlertName = keyof typeof ALERTS;

export const ALERT_NAMES = Object.keys(ALERTS) as AlertName[];

/** Labels of alerts beside those of their series. */
export const ALERT_LABELS = { severity: "severity", owner: "owner" } as const;
