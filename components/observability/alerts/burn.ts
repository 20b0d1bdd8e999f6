/** Error budgets that are spent too fast: what users may expect is at stake, whatever the cause. */
import { type BurnRate, BURN_RATES } from "../../vocabulary/burnRates.js";
import type { AlertName } from "../../vocabulary/alerts.js";
import { SLO } from "../../vocabulary/metrics/recorded.js";
import { ofStack, type Scope } from "../promql.js";
import { allowed, OF_LEVEL } from "../rules/slo/scope.js";
import type { Alert } from "./alert.js";
import { MODEL_NAME } from "./series.js";

/** Where both windows are as bad, and enough requests were: two bad ones of ten at night wake nobody. */
function burns({ times, window, short }: BurnRate, scope: Scope, fewest: number): string {
  const most = `${times} * ${allowed(scope)}`;
  const above = (name: string): string => `${ofStack(name, scope)} > on (${OF_LEVEL}) ${most}`;
  return [
    above(SLO.errors(window)),
    `and on (${OF_LEVEL}) ${above(SLO.errors(short))}`,
    `and on (${OF_LEVEL}) ${ofStack(SLO.bad(window), scope)} >= ${fewest}`,
  ].join("\n");
}

function burnAlert(name: AlertName, rate: BurnRate): Alert {
  const { times, window, short } = rate;
  const pace = times === 1 ? "as fast as it may be over 30 days" : `${times} times faster than it may be over 30 days`;
  return {
    name,
    summary: `${MODEL_NAME}: the error budget of {{ $labels.slo }} is spent ${pace}`,
    description:
      `{{ $value | humanizePercentage }} of what {{ $labels.vllm_model }} did in the last ${window} was bad by its service level ` +
      "{{ $labels.slo }} (namespace {{ $labels.namespace }}, class {{ $labels.vllm_class }}).",
    condition:
      `the share of bad requests of a service level is above ${times === 1 ? "" : `${times} × `}\`1 - target\` over ${window} and over ${short}, ` +
      `and the requests of ${window} were bad often enough`,
    expr: (scope, fewest) => burns(rate, scope, fewest),
    dashboard: "model",
  };
}

export const BURN: readonly Alert[] = [
  burnAlert("VllmSloBurnFast", BURN_RATES.fast),
  burnAlert("VllmSloBurnSlow", BURN_RATES.slow),
  burnAlert("VllmSloBurnSteady", BURN_RATES.steady),
];
