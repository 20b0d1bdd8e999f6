/** Names that the gateway's parts share: headers, dynamic metadata, outcomes, ports and series. */

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
  class: "class",
  /** Name that the client sent: the model's, an alias or an adapter. */
  asked: "asked",
  outcome: "outcome",
  inputTokens: "input_tokens",
  outputTokens: "output_tokens",
  /** Millionths of a dollar, by the model's price. */
  microdollars: "microdollars",
  /** Milliseconds from the request to the first bytes of an answer's body. */
  firstTokenMs: "first_token_ms",
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

/** Series of the gateway, as Envoy's stats access log writes them; each has the labels below. */
export const GATEWAY_SERIES = {
  requests: "vllm_gateway_requests_total",
  inputTokens: "vllm_gateway_input_tokens_total",
  outputTokens: "vllm_gateway_output_tokens_total",
  microdollars: "vllm_gateway_microdollars_total",
  firstToken: "vllm_gateway_first_token_milliseconds",
  duration: "vllm_gateway_duration_milliseconds",
} as const;

/** Labels of those series. */
export const GATEWAY_LABELS = ["tenant", "model", "release", "class", "outcome", "code"] as const;
