/** All alerts of a stack, as groups of rules. */
import type { AlertsConfig } from "../../contract/observability/alerts.js";
import type { RecordingRule, RuleGroup, Scope } from "../promql.js";
import { type Alert, type AlertingRule, alertingRule } from "./alert.js";
import { BATCH } from "./batch.js";
import { BURN } from "./burn.js";
import { CAPACITY } from "./capacity.js";
import { COSTS } from "./cost.js";
import { GATEWAYS } from "./gateway.js";
import { GPUS } from "./gpu.js";
import { LATENCY } from "./latency.js";
import { pastGroup } from "./past.js";
import { ROLLOUT } from "./rollout.js";
import { SCALING } from "./scaling.js";
import { SCRAPE } from "./scrape.js";

/** By subject, in the order of docs/alerts.md. */
export const SUBJECTS = {
  serviceLevels: BURN,
  latency: LATENCY,
  capacity: CAPACITY,
  rollout: ROLLOUT,
  gpu: GPUS,
  scaling: SCALING,
  scrape: SCRAPE,
  batch: BATCH,
  cost: COSTS,
  gateway: GATEWAYS,
} as const satisfies Record<string, readonly Alert[]>;

export const ALL_ALERTS: readonly Alert[] = Object.values(SUBJECTS).flat();

/** Windows of a day change slowly, and reading them takes long. */
const INTERVALS: Readonly<Partial<Record<keyof typeof SUBJECTS, string>>> = { cost: "5m" };

function groups(scope: Scope, config: AlertsConfig, isFleet: boolean): RuleGroup<AlertingRule>[] {
  return Object.entries(SUBJECTS)
    .map(([subject, alerts]: [string, readonly Alert[]]) => ({
      name: `vllm-alerts-${subject}${isFleet ? "-fleet" : ""}`,
      ...(subject in INTERVALS && { interval: INTERVALS[subject as keyof typeof SUBJECTS]! }),
      rules: alerts
        .filter(({ fleet = false, gateway = false }) => fleet === isFleet && (!gateway || scope.gateway !== undefined))
        .flatMap((alert) => alertingRule(alert, scope, config)),
    }))
    .filter(({ rules }) => rules.length > 0);
}

/** The alerts that read series of the models' namespace alone, and what they record. */
export function alertGroups(scope: Scope, config: AlertsConfig): RuleGroup<RecordingRule | AlertingRule>[] {
  return [pastGroup(scope), ...groups(scope, config, false)];
}

/** The alerts that read series of other namespaces: KEDA's. Their rules go where Prometheus does not enforce a namespace. */
export function fleetAlertGroups(scope: Scope, config: AlertsConfig): RuleGroup<AlertingRule>[] {
  return groups(scope, config, true);
}
