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

/** By name, in the order of docs/alerts.md. */
export const ALERTS = {
  VllmTtftHigh: {
    severity: "ticket",
    forSeconds: 10 * MINUTE,
    threshold: { value: 0.1, min: 0, max: 1000, what: "requests a second below which nothing is said" },
  },
  VllmEngineHung: { severity: "page", forSeconds: 3 * MINUTE },
} as const satisfies Record<string, AlertDefaults>;
export type AlertName = keyof typeof ALERTS;

/** The same, with what each of them may have. */
export const ALERT_DEFAULTS: Readonly<Record<AlertName, AlertDefaults>> = ALERTS;

/** Labels of alerts beside those of their series. */
export const ALERT_LABELS = { severity: "severity", owner: "owner" } as const;
