/** The gateway and its tenants. Only a stack with a gateway has these. */
import { FAILED_OUTCOMES, GATEWAY_LABELS } from "../../vocabulary/gateway.js";
import { GATEWAY_RATES, type TenantLimit } from "../../vocabulary/metrics/gateway.js";
import { METRIC_LABELS } from "../../vocabulary/metrics/labels.js";
import { PHASES } from "../../vocabulary/metrics/recorded.js";
import { ofStack, type Matchers, type Scope } from "../promql.js";
import type { Alert } from "./alert.js";
import { MODEL_NAME, SOME_TIME_AGO } from "./series.js";

const OF_STACK = `namespace, ${METRIC_LABELS.stack}`;
const OF_TENANT = `${OF_STACK}, ${GATEWAY_LABELS.tenant}`;
const OF_LIMIT = `${OF_TENANT}, limit`;
const OF_MODEL = `${OF_STACK}, ${METRIC_LABELS.model}, ${METRIC_LABELS.class}`;
const TENANT = "{{ $labels.tenant }}";

/** Series whose label matches a pattern. */
function matching(name: string, label: string, pattern: string, scope: Scope): string {
  return ofStack(name, scope).replace(/\}$/, `,${label}=~${JSON.stringify(pattern)}}`);
}

/** What a tenant used, as the label `limit` names it. */
function used(limit: TenantLimit, series: string, factor = ""): string {
  return `label_replace(sum by (${OF_TENANT}) (${series})${factor}, "limit", "${limit}", "", "")`;
}

function nearLimits(uses: readonly string[], scope: Scope, threshold: number): string {
  const share = `(\n${uses.join("\nor ")})\n/ on (${OF_LIMIT}) max by (${OF_LIMIT}) (${ofStack(GATEWAY_RATES.limit, scope)})`;
  return `${share} > ${threshold}`;
}

const tokens = (phase: string, scope: Scope, name: string): string => ofStack(name, scope, { phase });

/** Requests that count: others are not the gateway's. */
function answered(scope: Scope, more: Matchers = {}): string {
  return ofStack(GATEWAY_RATES.requests, scope, more);
}

/** Answers that began well and were cut: their code is 200. */
function answersCut(scope: Scope): string {
  return matching(GATEWAY_RATES.broken, METRIC_LABELS.model, ".+", scope);
}

const FEWEST = 0.02;

export const GATEWAYS: readonly Alert[] = [
  {
    name: "VllmTenantNearQuota",
    gateway: true,
    summary: `${TENANT}: near its {{ $labels.limit }}`,
    description:
      `The tenant ${TENANT} (namespace {{ $labels.namespace }}) uses {{ $value | humanizePercentage }} of its limit ` +
      "{{ $labels.limit }}: soon its requests get 429.",
    condition: "what a tenant used a minute, over 5 minutes, is above the threshold's share of a limit a minute",
    expr: (scope, threshold) =>
      nearLimits(
        [
          used("requestsPerMinute", answered(scope), " * 60"),
          used("inputTokensPerMinute", tokens(PHASES.input, scope, GATEWAY_RATES.tokens), " * 60"),
          used("outputTokensPerMinute", tokens(PHASES.output, scope, GATEWAY_RATES.tokens), " * 60"),
        ],
        scope,
        threshold,
      ),
    dashboard: "tenants",
  },
  {
    name: "VllmTenantNearDay",
    gateway: true,
    summary: `${TENANT}: near its {{ $labels.limit }}`,
    description:
      `The tenant ${TENANT} (namespace {{ $labels.namespace }}) has used {{ $value | humanizePercentage }} of its limit ` +
      "{{ $labels.limit }} in the last 24 hours: once it is reached, its requests get 429 until midnight (UTC).",
    condition: "tokens or dollars of a tenant in the last 24 hours are above the threshold's share of a limit a day",
    expr: (scope, threshold) =>
      nearLimits(
        [
          used("inputTokensPerDay", tokens(PHASES.input, scope, GATEWAY_RATES.tokensDay)),
          used("outputTokensPerDay", tokens(PHASES.output, scope, GATEWAY_RATES.tokensDay)),
          used("usdPerDay", ofStack(GATEWAY_RATES.usdDay, scope)),
        ],
        scope,
        threshold,
      ),
    dashboard: "tenants",
  },
  {
    name: "VllmTenantRefused",
    gateway: true,
    summary: `${TENANT}: its quota refuses requests`,
    description:
      `{{ $value | humanizePercentage }} of the requests of ${TENANT} (namespace {{ $labels.namespace }}) get 429 since it is over a ` +
      "limit.",
    condition: "the share of a tenant's requests that its quota refuses, over 5 minutes, is above the threshold",
    expr: (scope, threshold) =>
      `sum by (${OF_TENANT}) (${answered(scope, { [GATEWAY_LABELS.outcome]: "quota" })})\n` +
      `/ on (${OF_TENANT}) (sum by (${OF_TENANT}) (${answered(scope)}) > ${FEWEST}) > ${threshold}`,
    dashboard: "tenants",
  },
  {
    name: "VllmGatewayErrors",
    gateway: true,
    summary: `${MODEL_NAME}: requests fail at the gateway`,
    description:
      "{{ $value | humanizePercentage }} of the requests for {{ $labels.vllm_model }} (namespace {{ $labels.namespace }}) end busy, in a " +
      "timeout, with an error of the server, or are cut.",
    condition:
      "the share of a model's requests at the gateway that end in `busy`, `timeout` or `upstream`, or are cut, over 5 minutes, is above the threshold",
    expr: (scope, threshold) => {
      const bad = matching(GATEWAY_RATES.requests, GATEWAY_LABELS.outcome, FAILED_OUTCOMES.join("|"), scope);
      // Requests without a model were refused before any was chosen.
      const all = matching(GATEWAY_RATES.requests, METRIC_LABELS.model, ".+", scope);
      return `sum by (${OF_MODEL}) (${bad} or ${answersCut(scope)})\n/ on (${OF_MODEL}) (sum by (${OF_MODEL}) (${all}) > ${FEWEST}) > ${threshold}`;
    },
    dashboard: "tenants",
  },
  {
    name: "VllmGatewayDown",
    gateway: true,
    summary: "{{ $labels.vllm_stack }}: no proxy of the gateway is ready",
    description:
      "The gateway of {{ $labels.vllm_stack }} (models in {{ $labels.namespace }}) is to have proxies, and none is ready: no client " +
      "reaches a model.",
    condition: "no proxy of the gateway is ready, and some are wanted",
    expr: (scope) =>
      `${ofStack(GATEWAY_RATES.proxiesReady, scope)} == 0 and on (${OF_STACK}) ${ofStack(GATEWAY_RATES.proxiesWanted, scope)} > 0`,
    dashboard: "tenants",
  },
  {
    name: "VllmGatewayProxyMissing",
    gateway: true,
    summary: "{{ $labels.vllm_stack }}: the gateway has too few proxies",
    description:
      "{{ $value }} proxies of the gateway of {{ $labels.vllm_stack }} (models in {{ $labels.namespace }}) are wanted and not ready.",
    condition: "fewer proxies of the gateway are ready than are wanted",
    expr: (scope) =>
      `${ofStack(GATEWAY_RATES.proxiesWanted, scope)} - on (${OF_STACK}) ${ofStack(GATEWAY_RATES.proxiesReady, scope)} > 0`,
    dashboard: "tenants",
  },
  {
    name: "VllmGatewaySeriesMissing",
    gateway: true,
    summary: "{{ $labels.vllm_stack }}: the gateway's series are missing",
    description:
      "Proxies of the gateway of {{ $labels.vllm_stack }} (models in {{ $labels.namespace }}) are ready, and Prometheus scrapes fewer, or " +
      "none counts requests though some did within the last day: usage, service levels and the other alerts do not see them.",
    condition:
      "fewer proxies are scraped than are ready, or no proxy has series of requests though there were some within the last day",
    expr: (scope) => {
      const ready = ofStack(GATEWAY_RATES.proxiesReady, scope);
      const scraped = `(${ofStack(GATEWAY_RATES.proxiesScraped, scope)} or on (${OF_STACK}) 0 * ${ready})`;
      const before = SOME_TIME_AGO.map((ago) => `${answered(scope)} offset ${ago}`).join(" or ");
      const gone = `count by (${OF_STACK}) (${before}) unless on (${OF_STACK}) ${answered(scope)}`;
      return `(${ready} - on (${OF_STACK}) ${scraped} > 0)\nor on (${OF_STACK}) (${gone})`;
    },
    dashboard: "tenants",
  },
  {
    name: "VllmQuotaServiceDown",
    gateway: true,
    summary: "{{ $labels.vllm_stack }}: quotas cannot be counted, so requests are refused",
    description:
      "The service that counts quotas for {{ $labels.vllm_stack }} (models in {{ $labels.namespace }}) does not answer: every request of a " +
      "tenant with a quota gets 500.",
    condition: "the service that counts quotas has no ready replica, or requests end since it does not answer",
    expr: (scope) =>
      `(${ofStack(GATEWAY_RATES.quotaErrors, scope)} > 0)\nor on (${OF_STACK}) ((${ofStack(GATEWAY_RATES.quotaReady, scope)} == 0) + 1)`,
    dashboard: "tenants",
  },
  {
    name: "VllmUnauthenticatedBurst",
    gateway: true,
    summary: "{{ $labels.vllm_stack }}: many requests without a valid key",
    description:
      "{{ $value | humanize }} requests a second at the gateway of {{ $labels.vllm_stack }} (models in {{ $labels.namespace }}) have no " +
      "valid key: a client lost its own, or somebody tries.",
    condition: "requests a second that end in 401, over 5 minutes, are above the threshold",
    expr: (scope, threshold) =>
      `sum by (${OF_STACK}) (${answered(scope, { [GATEWAY_LABELS.code]: "401" })}) > ${threshold}`,
    dashboard: "tenants",
  },
];
