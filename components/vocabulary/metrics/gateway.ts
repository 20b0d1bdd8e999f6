/** The gateway's series as rules read them. Recorded of Envoy 1.39.1 (test/vocabulary/fixtures/envoy-1.39.1-gateway.prom). */
import { GATEWAY_LABELS, GATEWAY_SERIES } from "../gateway.js";
import type { Metric } from "./metric.js";

const { stack, tenant, model, release, outcome, code } = GATEWAY_LABELS;
const OF_TENANT = [stack, tenant, model, GATEWAY_LABELS.class, release] as const;

/** Of a proxy's `/stats/prometheus`. */
export const GATEWAY = {
  requests: { name: GATEWAY_SERIES.requests, kind: "counter", labels: [...OF_TENANT, outcome, code] },
  inputTokens: { name: GATEWAY_SERIES.inputTokens, kind: "counter", labels: OF_TENANT },
  outputTokens: { name: GATEWAY_SERIES.outputTokens, kind: "counter", labels: OF_TENANT },
  microdollars: { name: GATEWAY_SERIES.microdollars, kind: "counter", labels: OF_TENANT },
  firstToken: { name: GATEWAY_SERIES.firstToken, kind: "histogram", labels: OF_TENANT },
  duration: { name: GATEWAY_SERIES.duration, kind: "histogram", labels: OF_TENANT },
  broken: { name: GATEWAY_SERIES.broken, kind: "counter", labels: OF_TENANT },
  json: { name: GATEWAY_SERIES.json, kind: "counter", labels: [...OF_TENANT, GATEWAY_LABELS.json] },
  quotaErrors: { name: GATEWAY_SERIES.quotaErrors, kind: "counter", labels: [stack] },
} as const satisfies Record<string, Metric>;

/** Series that the stack's rules record of them, with the models' namespace. Absent in a stack without a gateway. */
export const GATEWAY_RATES = {
  /** Requests a second, by tenant, model, class, release, outcome and code. */
  requests: "gateway:vllm_requests:rate5m",
  /** Answers a second that began well and were cut, by tenant, model, class and release. */
  broken: "gateway:vllm_broken:rate5m",
  /** Tokens a second, by tenant, model, class, release and `phase`. */
  tokens: "gateway:vllm_tokens:rate5m",
  /** Dollars a second, by tenant, model, class and release. */
  usd: "gateway:vllm_usd:rate5m",
  /** By tenant, model, class, release and `le`, in milliseconds. */
  firstToken: "gateway:vllm_first_token_milliseconds_bucket:rate5m",
  /** Seconds, by tenant, model, class and `quantile`. */
  firstTokenQuantile: "tenant:vllm_first_token_seconds:quantile5m",
  /** Requests a second that were refused since quotas could not be counted. */
  quotaErrors: "gateway:vllm_quota_errors:rate5m",
  /** Of the last 24 hours, by tenant; tokens by `phase`, too. */
  requestsDay: "tenant:vllm_requests:day",
  tokensDay: "tenant:vllm_tokens:day",
  usdDay: "tenant:vllm_usd:day",
  /** A tenant's limit, by `tenant` and `limit`, one of {@link TENANT_LIMITS}. */
  limit: "vllm_tenant_limit",
  /** Proxies that are wanted, ready, and scraped. */
  proxiesWanted: "gateway:vllm_proxies_wanted:sum",
  proxiesReady: "gateway:vllm_proxies_ready:sum",
  proxiesScraped: "gateway:vllm_proxies_scraped:sum",
  /** Ready replicas of the service that counts quotas. */
  quotaReady: "gateway:vllm_quota_replicas_ready:sum",
} as const;

/** Values of the label `limit`: keys of a tenant's `limits`. */
export const TENANT_LIMITS = [
  "requestsPerMinute",
  "inputTokensPerMinute",
  "outputTokensPerMinute",
  "inputTokensPerDay",
  "outputTokensPerDay",
  "usdPerDay",
] as const;
export type TenantLimit = (typeof TENANT_LIMITS)[number];
