/** Which alert says nothing while another, which names the cause, is firing. */
import type { AlertName } from "../../vocabulary/alerts.js";
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";

export interface Inhibition {
  /** While it fires, */
  source: AlertName;
  /** these are not sent, */
  targets: readonly AlertName[];
  /** where they have the same values of these labels. */
  equal: readonly string[];
}

const { stack, model, release } = METRIC_LABELS;
const SAME_STACK = ["namespace", stack];
const SAME_MODEL = ["namespace", stack, model];
const SAME_RELEASE = [...SAME_MODEL, release];
const SAME_OBJECTIVE = [...SAME_MODEL, "slo"];

/** What users see of a cause that has a name. */
const BURNS: readonly AlertName[] = ["VllmSloBurnFast", "VllmSloBurnSlow", "VllmSloBurnSteady"];

/** For Alertmanager. Alerts that name a cause, such as out of memory or an XID error, are never kept back. */
export const INHIBITIONS: readonly Inhibition[] = [
  {
    source: "VllmNoReadyReplica",
    targets: [
      ...["VllmEngineHung", "VllmRefusals", "VllmTtftHigh", "VllmRequestsWaiting", "VllmScalerAtMost"],
      ...["VllmRolloutStuck", "VllmGatewayErrors", ...BURNS],
    ] as AlertName[],
    equal: SAME_MODEL,
  },
  {
    source: "VllmEngineHung",
    targets: ["VllmRefusals", "VllmTtftHigh", "VllmRequestsWaiting", "VllmKvCacheFull", "VllmGatewayErrors", ...BURNS],
    equal: SAME_MODEL,
  },
  { source: "VllmRefusals", targets: ["VllmGatewayErrors", ...BURNS], equal: SAME_MODEL },
  { source: "VllmSloBurnFast", targets: ["VllmSloBurnSlow", "VllmSloBurnSteady"], equal: SAME_OBJECTIVE },
  { source: "VllmSloBurnSlow", targets: ["VllmSloBurnSteady"], equal: SAME_OBJECTIVE },
  {
    source: "VllmScalerAtMost",
    targets: ["VllmRequestsWaiting", "VllmKvCacheFull", "VllmPreemptions"],
    equal: SAME_RELEASE,
  },
  { source: "VllmNodeMissing", targets: ["VllmStartBeyondBudget", "VllmRolloutStuck"], equal: SAME_RELEASE },
  { source: "VllmSpotMissing", targets: ["VllmStartBeyondBudget", "VllmRolloutStuck"], equal: SAME_RELEASE },
  { source: "VllmStartBeyondBudget", targets: ["VllmRolloutStuck"], equal: SAME_RELEASE },
  {
    source: "VllmGatewayDown",
    targets: [
      "VllmGatewayErrors",
      "VllmQuotaServiceDown",
      "VllmGatewayProxyMissing",
      "VllmGatewaySeriesMissing",
      ...BURNS,
    ],
    equal: SAME_STACK,
  },
  { source: "VllmQuotaServiceDown", targets: ["VllmGatewayErrors", ...BURNS], equal: SAME_STACK },
  { source: "VllmGatewayErrors", targets: BURNS, equal: SAME_MODEL },
  { source: "VllmScrapeMissing", targets: ["VllmScalerFallback"], equal: SAME_RELEASE },
];
