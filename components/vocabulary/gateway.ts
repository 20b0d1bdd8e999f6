/** Names that the gateway's parts share: headers, dynamic metadata, outcomes, ports and series. */
import { stackObject } from "./metrics/rules.js";

/**
 * Headers that the gateway's inner parts trust. A client's own are taken away before anything reads them (`earlyRequestHeaders`), so what a
 * route matches was written by the key check or by the admission program.
 */
export const GATEWAY_HEADERS = {
  /** Who the key or token belongs to: `<tenant>` or `<tenant>.<key>`. Written by the key check. */
  client: "x-vllm-client",
  /** The claim of a token that the token check has verified; a header of its own, since a subject may hold dots. */
  subject: "x-vllm-subject",
  /** The tenant. Written by the admission program, as are those below. */
  tenant: "x-vllm-tenant",
  /** Key of the model in the config; absent until the request is admitted, so that no model's route can match before. */
  model: "x-vllm-model",
  /** Set for tenants that may try a release before it has traffic; its value is the release's name. */
  release: "x-vllm-release",
  /** Set by the gateway on what it sends to itself: the model's own replicas are meant, without their fallback. */
  own: "x-vllm-own",
} as const;

/** What all trusted headers begin with. */
export const TRUSTED_HEADER_PREFIX = "x-vllm-";

/** Headers that a client may send. */
export const CLIENT_HEADERS = {
  /** A session, whose requests go to one release and, where asked, to one replica. */
  session: "x-session-id",
  /** Tier that the client asks for, of those its tenant may use. */
  tier: "x-tier",
  /** Name of a release, by tenants that may choose one. */
  release: "x-release",
} as const;

/** Headers of a response. */
export const RESPONSE_HEADERS = {
  /** `<model>/<release>` that answered. */
  servedBy: "x-served-by",
  /** The model that was asked for, where another answered. */
  fallbackFrom: "x-fallback-from",
} as const;

/** Namespace of Envoy's dynamic metadata that the admission program writes; quotas, logs and series read it. */
export const METADATA_NAMESPACE = "pulumi-vllm";

/** Keys of that metadata. Numbers are whole. */
export const METADATA = {
  tenant: "tenant",
  model: "model",
  /** The release that answered; written with the response. */
  release: "release",
  class: "class",
  /** Name of the key, where the tenant has several. In logs alone. */
  key: "key",
  /** Name that the client sent: the model's, an alias or an adapter. */
  asked: "asked",
  outcome: "outcome",
  inputTokens: "input_tokens",
  outputTokens: "output_tokens",
  /** Millionths of a dollar, by the model's price. */
  microdollars: "microdollars",
  /** Milliseconds from the request to the first bytes of an answer's body. */
  firstTokenMs: "first_token_ms",
  /** `valid` or `invalid`: whether an answer that was asked for as JSON is JSON. Absent for all others. */
  json: "json",
} as const;

/** How a request ended. */
export const OUTCOMES = [
  "ok",
  "validation",
  "unauthenticated",
  "forbidden",
  "quota",
  "busy",
  "timeout",
  "upstream",
  // The answer began and did not come to its end: the client left, or the engine died (the log's response flags tell which).
  "incomplete",
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Outcomes of requests that were the client's to mend: they are no errors of the service. */
export const CLIENT_OUTCOMES = ["validation", "unauthenticated", "forbidden", "quota"] as const satisfies Outcome[];
/** Outcomes of requests that the service failed. */
export const FAILED_OUTCOMES = ["busy", "timeout", "upstream"] as const satisfies Outcome[];

/** Paths that clients may use, by what a model does; everything else is 404. */
export const CLIENT_PATHS = {
  generate: ["/v1/chat/completions", "/v1/completions", "/v1/responses"],
  embed: ["/v1/embeddings"],
  score: ["/v1/score", "/v1/rerank"],
  transcribe: ["/v1/audio/transcriptions"],
} as const;

/** Answered by the gateway itself: a tenant's own models. */
export const MODELS_PATH = "/v1/models";

/** Ports of the proxies' pods; those of the Gateway are 443. */
export const GATEWAY_PORTS = { https: 443, metrics: 19001 } as const;

/** What the names of the gateway's series begin with in Envoy; its Prometheus page puts `envoy_` before it. */
export const GATEWAY_SERIES_PREFIX = "vllm_gateway";

/** Labels of those series. Each has so many values as the config names, or as there are outcomes and codes: a client adds none. */
export const GATEWAY_LABELS = {
  stack: "vllm_stack",
  tenant: "tenant",
  model: "vllm_model",
  release: "vllm_release",
  class: "vllm_class",
  outcome: "outcome",
  code: "code",
  json: "json",
} as const;

/**
 * Series of the gateway at `/stats/prometheus` of a proxy, as Envoy's stats access log writes them: counters without `_total`, and
 * histograms in milliseconds. Recorded of Envoy 1.39.1 in test/vocabulary/fixtures.
 */
export const GATEWAY_SERIES = {
  /** All labels. */
  requests: "envoy_vllm_gateway_requests",
  /** Without outcome and code, as are those below. */
  inputTokens: "envoy_vllm_gateway_input_tokens",
  outputTokens: "envoy_vllm_gateway_output_tokens",
  microdollars: "envoy_vllm_gateway_microdollars",
  /** Time to the first bytes of an answer's body; histogram. */
  firstToken: "envoy_vllm_gateway_first_token",
  /** Histogram. */
  duration: "envoy_vllm_gateway_duration",
  /** Answers that began well, and that the server or a timeout cut. */
  broken: "envoy_vllm_gateway_broken",
  /** Answers that were asked for as JSON, by the label `json`. */
  json: "envoy_vllm_gateway_json",
  /** Requests that were refused since the service that counts quotas did not answer; the stack alone is a label. */
  quotaErrors: "envoy_vllm_gateway_quota_errors",
} as const;

/** Deployment of Envoy Gateway's service that counts quotas (internal/infrastructure/kubernetes/ratelimit of 1.9.1). */
export const QUOTA_DEPLOYMENT = "envoy-ratelimit";

/** Deployment and Service of the proxies, in the gateway's own namespace. @param namespace of the models */
export function proxiesName(namespace: string, stack: string): string {
  return `${namespace}-${stackObject(stack)}`;
}
