/** The door itself in Envoy Gateway: Gateway, certificate, and what holds for every connection and request. */
import type { GatewayConfig } from "../../contract/gateway/schema.js";
import { ENVOY_GATEWAY, ENVOY_GATEWAY_CONTROLLER, GATEWAY_API } from "../../vocabulary/envoyGateway.js";
import { GATEWAY_PORTS, TRUSTED_HEADER_PREFIX } from "../../vocabulary/gateway.js";
import type { GatewayNames } from "../names.js";
import { type GatewayObject, seconds, target } from "../objects.js";

/**
 * Headers by which a client could speak to what is behind the gateway: routers of disaggregated serving, the AI gateway, the inference
 * extension, Envoy itself and vLLM's choice of an engine.
 */
export const INNER_HEADERS = {
  exact: [
    "x-data-parallel-rank",
    "x-vllm-priority",
    "endpoint-load-metrics-format",
    "x-request-id",
    "x-forwarded-host",
    "x-original-path",
    "x-served-by",
  ],
  prefixes: [
    TRUSTED_HEADER_PREFIX,
    "x-envoy-",
    "x-gateway-",
    "x-ai-eg-",
    "x-prefiller-",
    "x-decode",
    "x-encoder-",
    "x-inference-",
    "x-llm-d-",
    "x-kv-",
  ],
} as const;

export function listenerObjects(config: GatewayConfig, names: GatewayNames): GatewayObject[] {
  const certificate = config.tls.secret ?? names.certificate;
  return [
    {
      ...{ apiVersion: GATEWAY_API.version, kind: "GatewayClass", name: names.gatewayClass, scope: "cluster" },
      spec: { controllerName: ENVOY_GATEWAY_CONTROLLER },
    },
    ...certificateObjects(config, names),
    {
      ...{ apiVersion: GATEWAY_API.version, kind: "Gateway", name: names.gateway, scope: "models" },
      spec: {
        gatewayClassName: names.gatewayClass,
        infrastructure: { parametersRef: target(ENVOY_GATEWAY.group, "EnvoyProxy", names.gateway) },
        // No listener without TLS: who asks by HTTP is refused by the load balancer.
        listeners: [
          {
            ...{ name: names.listener, protocol: "HTTPS", port: GATEWAY_PORTS.https, hostname: config.host },
            tls: { mode: "Terminate", certificateRefs: [{ group: "", kind: "Secret", name: certificate }] },
            allowedRoutes: {
              namespaces: { from: "Same" },
              kinds: [{ group: GATEWAY_API.group, kind: "HTTPRoute" }],
            },
          },
        ],
      },
    },
    {
      ...{ apiVersion: ENVOY_GATEWAY.version, kind: "ClientTrafficPolicy", name: names.gateway, scope: "models" },
      spec: {
        targetRefs: [target(GATEWAY_API.group, "Gateway", names.gateway)],
        ...clientTrafficSpec(config),
      },
    },
  ];
}

function certificateObjects({ tls: { issuer }, host }: GatewayConfig, names: GatewayNames): GatewayObject[] {
  if (issuer === undefined) return [];
  return [
    {
      ...{ apiVersion: "cert-manager.io/v1", kind: "Certificate", name: names.certificate, scope: "models" },
      spec: {
        secretName: names.certificate,
        dnsNames: [host],
        issuerRef: { group: "cert-manager.io", kind: issuer.kind, name: issuer.name },
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      },
    },
  ];
}

/** The longest that a request may take, of those that any model allows. */
export function longestRequest({ protection }: Pick<GatewayConfig, "protection">, own: readonly number[]): number {
  return Math.max(protection.requestSeconds, ...own);
}

function clientTrafficSpec({ protection, connections }: GatewayConfig) {
  return {
    tls: { minVersion: "1.2", alpnProtocols: ["h2", "http/1.1"] },
    headers: {
      earlyRequestHeaders: {
        remove: [...INNER_HEADERS.exact],
        removeOnMatch: INNER_HEADERS.prefixes.map((value) => ({ type: "Prefix", value })),
      },
      // A request's id in logs is one that no client has chosen.
      requestID: "Generate",
      withUnderscoresAction: "RejectRequest",
      xForwardedClientCert: { mode: "Sanitize" },
    },
    path: { escapedSlashesAction: "RejectRequest" },
    connection: {
      // The admission program and retries hold a whole body.
      bufferLimit: bytes(protection.bodyMiB),
      connectionLimit: { value: connections },
    },
    http2: { maxConcurrentStreams: 256, onInvalidMessage: "TerminateStream" },
    timeout: {
      tcp: { tlsHandshakeTimeout: "10s" },
      http: {
        requestHeadersReceivedTimeout: "10s",
        // A body of bodyMiB by a slow line.
        requestReceivedTimeout: "60s",
        idleTimeout: "300s",
        // The routes of models have their own; this one must not end theirs.
        streamIdleTimeout: seconds(protection.requestSeconds),
      },
    },
    tcpKeepalive: { idleTime: "60s", interval: "30s", probes: 3 },
  };
}

/** MiB as a quantity of whole KiB. */
export function bytes(mib: number): string {
  return `${Math.max(1, Math.round(mib * 1024))}Ki`;
}
