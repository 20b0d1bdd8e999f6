/** Requests and good ones, a second, of each service level. */
import { CLIENT_OUTCOMES, FAILED_OUTCOMES, GATEWAY_LABELS } from "../../../vocabulary/gateway.js";
import { GATEWAY_RATES } from "../../../vocabulary/metrics/gateway.js";
import { MODEL_REQUESTS, type Objective, OBJECTIVES, RELEASE, SLO } from "../../../vocabulary/metrics/recorded.js";
import { MODEL_LEVEL } from "../../../vocabulary/metrics/labels.js";
import { list, ofStack, type RecordingRule, type Scope } from "../../promql.js";
import { objectives, OF_MODEL } from "./scope.js";

/** 0 for each model with the service level: no traffic is no error. */
function orZero(expr: string, scope: Scope, slo?: Objective): string {
  return `${expr}\nor 0 * max by (${OF_MODEL}) (${objectives(scope, slo)})`;
}

const LATENCIES = [
  [OBJECTIVES.ttft, RELEASE.timeToFirstToken],
  [OBJECTIVES.interTokenLatency, RELEASE.interTokenLatency],
] as const;

/** All releases together: users see a model, whichever of them answers. */
function latencyRules(slo: Objective, buckets: string, scope: Scope): RecordingRule[] {
  const ofModels = objectives(scope, slo);
  const all = `sum by (${OF_MODEL}) (${ofStack(buckets, scope, { le: "+Inf" })} and on (${OF_MODEL}) ${ofModels})`;
  const within = `sum by (${OF_MODEL}) (${ofStack(buckets, scope)} and on (${list([...MODEL_LEVEL, "le"])}) ${ofModels})`;
  return [
    { record: SLO.requests, expr: orZero(all, scope, slo), labels: { slo } },
    { record: SLO.good, expr: orZero(within, scope, slo), labels: { slo } },
  ];
}

/** Requests that were answered with an error, and those that ended with one after an answer had begun. */
function badAnswers(scope: Scope): string {
  const answered = ofStack(RELEASE.http, scope, { status: "5xx" });
  const ended = ofStack(RELEASE.finished, scope, { finished_reason: "error" });
  return `sum by (${OF_MODEL}) (${answered} or ${ended})`;
}

/**
 * Requests that the gateway answered, without those that were the client's to mend; where it has none yet, those of the servers. Only
 * the gateway sees a request while no server is there.
 */
function requestsOf(scope: Scope): string {
  const served = `sum by (${OF_MODEL}) (${ofStack(RELEASE.http, scope)})`;
  if (scope.gateway === undefined) return served;
  return `(${atGateway(`!~"${CLIENT_OUTCOMES.join("|")}"`, scope)}\nor ${served})`;
}

/** Requests a second at the gateway by model. @param outcome matcher of the label */
function atGateway(outcome: string, scope: Scope): string {
  const series = ofStack(GATEWAY_RATES.requests, scope).replace(
    /\}$/,
    `,${GATEWAY_LABELS.outcome}${outcome},${GATEWAY_LABELS.model}!=""}`,
  );
  return `sum by (${OF_MODEL}) (${series})`;
}

/** Of the same requests, those that were answered badly. */
function badOf(scope: Scope): string {
  if (scope.gateway === undefined) return badAnswers(scope);
  const cut = ofStack(GATEWAY_RATES.broken, scope).replace(/\}$/, `,${GATEWAY_LABELS.model}!=""}`);
  const failed = atGateway(`=~"${FAILED_OUTCOMES.join("|")}"`, scope).replace(/\)$/, ` or ${cut})`);
  return `(${failed}\nor 0 * ${atGateway(`!~"${CLIENT_OUTCOMES.join("|")}"`, scope)}\nor ${badAnswers(scope)})`;
}

function availabilityRules(scope: Scope): RecordingRule[] {
  const slo = OBJECTIVES.availability;
  const all = `${ofStack(MODEL_REQUESTS, scope)} and on (${OF_MODEL}) ${objectives(scope, slo)}`;
  const bad = `(${badOf(scope)} or 0 * ${ofStack(MODEL_REQUESTS, scope)})`;
  return [
    { record: SLO.requests, expr: all, labels: { slo } },
    {
      record: SLO.good,
      expr: `clamp_min(${ofStack(MODEL_REQUESTS, scope)} - on (${OF_MODEL}) ${bad}, 0) and on (${OF_MODEL}) ${objectives(scope, slo)}`,
      labels: { slo },
    },
  ];
}

export function requestRules(scope: Scope): RecordingRule[] {
  const requests = requestsOf(scope);
  return [
    { record: MODEL_REQUESTS, expr: orZero(requests, scope) },
    ...LATENCIES.flatMap(([slo, buckets]) => latencyRules(slo, buckets, scope)),
    ...availabilityRules(scope),
  ];
}
