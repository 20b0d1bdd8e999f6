/** What the gateway's proxies tell: a log line and series of each request, their scrape, and spans. */
import type { Tracing } from "../derive/observability/tracing.js";
import { targetOf } from "../derive/observability/tracing.js";
import {
  CLIENT_HEADERS,
  GATEWAY_LABELS,
  GATEWAY_SERIES,
  GATEWAY_SERIES_PREFIX,
  METADATA,
  METADATA_NAMESPACE,
  RESPONSE_HEADERS,
} from "../vocabulary/gateway.js";
import { METRIC_LABELS } from "../vocabulary/metrics/labels.js";
import { proxyLabels } from "./envoy/proxy.js";

/** Format of a key that the admission program wrote. */
function written(key: string): string {
  return `%DYNAMIC_METADATA(${METADATA_NAMESPACE}:${key})%`;
}

/**
 * A line for each request, by name. Neither prompt nor answer, no key, and the path without its query: a client may put anything there.
 * Who called is the tenant and the name of its key; the address is the load balancer's or the client's, as the network has it.
 */
export const ACCESS_LOG: Readonly<Record<string, string>> = {
  time: "%START_TIME%",
  request_id: "%REQ(X-REQUEST-ID)%",
  trace_id: "%TRACE_ID%",
  tenant: written(METADATA.tenant),
  key: written(METADATA.key),
  model: written(METADATA.model),
  asked: written(METADATA.asked),
  release: written(METADATA.release),
  served_by: `%RESP(${RESPONSE_HEADERS.servedBy})%`,
  fallback_from: `%RESP(${RESPONSE_HEADERS.fallbackFrom})%`,
  tier: `%REQ(${CLIENT_HEADERS.tier}):64%`,
  class: written(METADATA.class),
  outcome: written(METADATA.outcome),
  code: "%RESPONSE_CODE%",
  code_details: "%RESPONSE_CODE_DETAILS%",
  flags: "%RESPONSE_FLAGS%",
  method: "%REQ(:METHOD)%",
  path: "%PATH(NQ):256%",
  input_tokens: written(METADATA.inputTokens),
  output_tokens: written(METADATA.outputTokens),
  microdollars: written(METADATA.microdollars),
  first_token_ms: written(METADATA.firstTokenMs),
  json: written(METADATA.json),
  duration_ms: "%DURATION%",
  bytes_in: "%BYTES_RECEIVED%",
  bytes_out: "%BYTES_SENT%",
  attempts: "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
  upstream: "%UPSTREAM_HOST%",
  client: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
};

/** `EnvoyProxy.spec.telemetry.accessLog`: JSON on the proxies' output. */
export function accessLogSpec(): object {
  return {
    settings: [
      { format: { type: "JSON", json: { ...ACCESS_LOG } }, sinks: [{ type: "File", file: { path: "/dev/stdout" } }] },
    ],
  };
}

/** Of the series of one tenant, model and release; the stack is a constant, so that series of two gateways are told apart. */
function tags(stack: string, more: readonly (keyof typeof GATEWAY_LABELS)[]): object[] {
  const formats: Record<keyof typeof GATEWAY_LABELS, string> = {
    stack: stack.replaceAll("%", "%%"),
    tenant: written(METADATA.tenant),
    model: written(METADATA.model),
    release: written(METADATA.release),
    class: written(METADATA.class),
    outcome: written(METADATA.outcome),
    code: "%RESPONSE_CODE%",
    json: written(METADATA.json),
  };
  return more.map((label) => ({ name: GATEWAY_LABELS[label], value_format: formats[label] }));
}

const OF_TENANT = ["stack", "tenant", "model", "class", "release"] as const;

/** Name of a series within Envoy. */
function within(series: keyof typeof GATEWAY_SERIES): string {
  return GATEWAY_SERIES[series].slice(`envoy_${GATEWAY_SERIES_PREFIX}_`.length);
}

function logger(own: object, filter?: object): object {
  return {
    name: "envoy.access_loggers.stats",
    ...(filter !== undefined && { filter }),
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.access_loggers.stats.v3.Config",
      stats_scope: { prefix: GATEWAY_SERIES_PREFIX },
      ...own,
    },
  };
}

/** Only what has the key: Envoy logs an error for each number that is missing. */
function has(key: string): object {
  return {
    metadata_filter: {
      matcher: { filter: METADATA_NAMESPACE, path: [{ key }], value: { present_match: true } },
      match_if_key_not_found: false,
    },
  };
}

/**
 * Access loggers of Envoy that count, in its own words (`envoy.extensions.access_loggers.stats.v3`, in Envoy 1.39.1).
 *
 * @param stack its name
 */
export function statsLoggers(stack: string): object[] {
  const counter = (series: keyof typeof GATEWAY_SERIES, key: string): object => ({
    stat: { name: within(series), tags: tags(stack, OF_TENANT) },
    value_format: written(key),
  });
  const histogram = (series: keyof typeof GATEWAY_SERIES, format: string): object => ({
    stat: { name: within(series), tags: tags(stack, OF_TENANT) },
    unit: "Milliseconds",
    value_format: format,
  });
  const requests = { name: within("requests"), tags: tags(stack, [...OF_TENANT, "outcome", "code"]) };
  const json = { name: within("json"), tags: tags(stack, [...OF_TENANT, "json"]) };
  const errors = { name: within("quotaErrors"), tags: tags(stack, ["stack"]) };
  return [
    logger({ counters: [{ stat: requests, value_fixed: 1 }] }),
    logger({ histograms: [histogram("duration", "%DURATION%")] }, has(METADATA.model)),
    logger({ counters: [counter("inputTokens", METADATA.inputTokens)] }, has(METADATA.inputTokens)),
    logger({ counters: [counter("outputTokens", METADATA.outputTokens)] }, has(METADATA.outputTokens)),
    logger({ counters: [counter("microdollars", METADATA.microdollars)] }, has(METADATA.microdollars)),
    logger({ histograms: [histogram("firstToken", written(METADATA.firstTokenMs))] }, has(METADATA.firstTokenMs)),
    logger({ counters: [{ stat: { name: within("broken"), tags: tags(stack, OF_TENANT) }, value_fixed: 1 }] }, BROKEN),
    logger({ counters: [{ stat: json, value_fixed: 1 }] }, has(METADATA.json)),
    // RLSE: the service that counts quotas did not answer.
    logger({ counters: [{ stat: errors, value_fixed: 1 }] }, { response_flag_filter: { flags: ["RLSE"] } }),
  ];
}

/** Cut by the server (UC, UR, LR, UPE), by silence (SI) or by the longest time (UT, DT, UMSDR); DC, the client, is none of them. */
const BROKEN = {
  and_filter: {
    filters: [
      { response_flag_filter: { flags: ["UC", "UR", "LR", "UPE", "SI", "UT", "DT", "UMSDR"] } },
      {
        status_code_filter: {
          comparison: { op: "LE", value: { default_value: 399, runtime_key: "vllm_gateway.broken" } },
        },
      },
    ],
  },
};

/** Which Gateway, and its listener for clients. */
export interface GatewayListener {
  namespace: string;
  gateway: string;
  listener: string;
}

/**
 * Spec of the EnvoyPatchPolicy that adds {@link statsLoggers} to a listener: Envoy Gateway has no field for them. It stands in the
 * Gateway's namespace, and needs `extensionApis.enableEnvoyPatchPolicy: true` in Envoy Gateway's config.
 */
export function statsPatchSpec({ namespace, gateway, listener }: GatewayListener, stack: string): object {
  return {
    type: "JSONPatch",
    targetRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: gateway },
    jsonPatches: statsLoggers(stack).map((value) => ({
      type: "type.googleapis.com/envoy.config.listener.v3.Listener",
      name: `${namespace}/${gateway}/${listener}`,
      operation: {
        op: "add",
        // Every filter chain: a listener has one for each host.
        jsonPath: "$.filter_chains[*].filters[?(@.name=='envoy.filters.network.http_connection_manager')].typed_config",
        path: "/access_log/-",
        value,
      },
    })),
  };
}

/** Labels that Envoy Gateway gives the pods of all proxies (internal/infrastructure/kubernetes/proxy of 1.9.1). */
const PROXY = {
  "app.kubernetes.io/component": "proxy",
  "app.kubernetes.io/managed-by": "envoy-gateway",
  "app.kubernetes.io/name": "envoy",
} as const;

/** Path of a proxy's series, and the name of the port that has it. */
export const PROXY_METRICS = { path: "/stats/prometheus", portName: "metrics" } as const;

/**
 * Spec of the PodMonitor of a gateway's proxies. It stands in the proxies' namespace, so its series have that one; the stack's rules
 * record them with the models' namespace. Of clusters only lost connections are kept, by which held requests wake a model.
 */
export function proxyMonitorSpec(of: Pick<GatewayListener, "namespace" | "gateway">, stack: string): object {
  return {
    selector: { matchLabels: { ...PROXY, ...proxyLabels(of, of.namespace) } },
    podMetricsEndpoints: [
      {
        port: PROXY_METRICS.portName,
        path: PROXY_METRICS.path,
        interval: "15s",
        relabelings: [{ targetLabel: METRIC_LABELS.stack, replacement: stack, action: "replace" }],
        metricRelabelings: [
          {
            sourceLabels: ["__name__"],
            regex: `envoy_(${GATEWAY_SERIES_PREFIX}_.+|server_.+|http_downstream_.+|cluster_upstream_cx_connect_fail)`,
            action: "keep",
          },
        ],
      },
    ],
  };
}

/** The collector's Service as a Gateway API reference. */
function serviceOf(endpoint: string): { name: string; namespace: string; port: number } | undefined {
  const { host, port } = targetOf(endpoint);
  const [, name, namespace] = /^([^.]+)\.([^.]+)(\.svc(\..+)?)?$/.exec(host) ?? [];
  return name === undefined ? undefined : { name, namespace: namespace!, port };
}

/**
 * `EnvoyProxy.spec.telemetry.tracing`, so that a request's span begins at the gateway and vLLM's is its child: Envoy's tracer sends OTLP
 * by gRPC, to a Service of the cluster.
 *
 * @returns `undefined` where the receiver takes HTTP, or is no Service: spans begin at vLLM then
 */
export function tracingSpec({ endpoint, protocol, sampling }: Tracing, stack: string): object | undefined {
  const service = serviceOf(endpoint);
  if (protocol !== "grpc" || endpoint.startsWith("https:") || service === undefined) return undefined;
  return {
    // In hundred thousandths: a share such as 0.05 is a whole number of them.
    samplingFraction: { numerator: Math.round(sampling * 100_000), denominator: 100_000 },
    provider: {
      type: "OpenTelemetry",
      serviceName: `${stack}-gateway`,
      backendRefs: [{ group: "", kind: "Service", ...service }],
    },
    customTags: { vllm_stack: { type: "Literal", literal: { value: stack } } },
  };
}
