/**
 * Fallbacks. Envoy Gateway orders backends by priority within one cluster alone, where all have one credential; and where a model has no
 * replica, it puts a fixed 503 in place of the model's cluster. So a model with a fallback is led to twice: its clients' route sends to the
 * proxy itself, by one socket for the model's own way and by another for the fallback's, as two priorities of which a retry takes the next.
 * The second pass has routes of Envoy Gateway's making with everything that is theirs: weights, credentials, retries, x-served-by.
 */
import { ENVOY_GATEWAY, GATEWAY_API } from "../../vocabulary/envoyGateway.js";
import { GATEWAY_HEADERS } from "../../vocabulary/gateway.js";
import type { FallbackRoute, GatewayImplementation } from "../implementation.js";
import { type GatewayObject, seconds, target } from "../objects.js";
import { authorizationOf, filtersOf, headersOf, OWN, PATHS } from "./modelRoute.js";

type Place = Parameters<GatewayImplementation["fallbackObjects"]>[1];

/** Envoy Gateway takes no socket as a backend: it gets an address that is nobody's (RFC 5737), in whose place the sockets are patched. */
const NOBODY = { address: "192.0.2.1", port: 9 };

/** One way of the gateway to itself. */
interface Loop {
  /** Of Envoy's listener. */
  name: string;
  /** In Linux's abstract namespace, which is the pod's own: there is no file, and nothing outside of the pod reaches it. */
  socket: string;
  mutations: object[];
}

/** What leads to models with a fallback; nothing where there is none. */
export function fallbackObjects(routes: readonly FallbackRoute[], place: Place): GatewayObject[] {
  if (routes.length === 0) return [];
  const { gateway } = place;
  const own = ownLoop(gateway);
  const loops = [own, ...[...new Set(routes.map(({ fallback }) => fallback))].map((name) => loopTo(name, gateway))];
  return [
    {
      ...{ apiVersion: ENVOY_GATEWAY.version, kind: "Backend", name: selfOf(gateway), scope: "models" },
      spec: { type: "Endpoints", endpoints: [{ ip: NOBODY }] },
    },
    {
      ...{ apiVersion: ENVOY_GATEWAY.version, kind: "EnvoyPatchPolicy", name: `${gateway}.fallbacks`, scope: "models" },
      spec: {
        type: "JSONPatch",
        targetRef: target(GATEWAY_API.group, "Gateway", gateway),
        jsonPatches: [
          ...loops.map((loop) => ({
            type: "type.googleapis.com/envoy.config.listener.v3.Listener",
            name: loop.name,
            operation: { op: "add", path: "", value: listenerOf(loop, place) },
          })),
          ...routes.map((route) => ({
            type: "type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment",
            name: `httproute/${place.namespace}/${route.name}/rule/0`,
            operation: {
              op: "replace",
              path: "/endpoints",
              value: endpointsOf([own, loopTo(route.fallback, gateway)]),
            },
          })),
        ],
      },
    },
    ...routes.flatMap((route) => routeObjects(route, place)),
  ];
}

function selfOf(gateway: string): string {
  return `${gateway}.self`;
}

/** In this order: the first is taken, and the next where it did not answer. */
function endpointsOf(loops: readonly Loop[]): object[] {
  return loops.map(({ socket }, priority) => ({
    priority,
    lb_endpoints: [{ endpoint: { address: { pipe: { path: socket } } }, load_balancing_weight: 1 }],
    load_balancing_weight: 1,
  }));
}

function ownLoop(gateway: string): Loop {
  const name = `${gateway}.own`;
  return { name, socket: `@${name}`, mutations: [set(GATEWAY_HEADERS.own, OWN)] };
}

/** To a model, as if it had been asked for. A release that was chosen is the other model's. */
function loopTo(model: string, gateway: string): Loop {
  const name = `${gateway}.to.${model}`;
  const mutations = [set(GATEWAY_HEADERS.model, model), { remove: GATEWAY_HEADERS.release }];
  return { name, socket: `@${name}`, mutations };
}

function set(key: string, value: string): object {
  return { append: { header: { key, value }, append_action: "OVERWRITE_IF_EXISTS_OR_ADD" } };
}

/** Envoy's listener with the routes of the listener for clients, and without its filters: keys, program and quotas have been passed. */
function listenerOf({ name, socket, mutations }: Loop, { namespace, gateway, listener, bodyBytes }: Place): object {
  const types = "type.googleapis.com/envoy.extensions";
  const manager = {
    "@type": `${types}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "fallback",
    rds: {
      config_source: { ads: {}, resource_api_version: "V3" },
      route_config_name: `${namespace}/${gateway}/${listener}`,
    },
    early_header_mutation_extensions: [
      {
        name: "envoy.http.early_header_mutation.header_mutation",
        typed_config: {
          "@type": `${types}.http.early_header_mutation.header_mutation.v3.HeaderMutation`,
          mutations,
        },
      },
    ],
    http_filters: [
      {
        name: "envoy.filters.http.router",
        typed_config: { "@type": `${types}.filters.http.router.v3.Router`, suppress_envoy_headers: true },
      },
    ],
    // The id that logs of the first pass have.
    generate_request_id: false,
    server_header_transformation: "PASS_THROUGH",
    // Routes have their own.
    stream_idle_timeout: "0s",
  };
  return {
    name,
    address: { pipe: { path: socket } },
    // A retry needs the whole body.
    per_connection_buffer_limit_bytes: bodyBytes,
    filter_chains: [{ filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] }],
  };
}

function routeObjects(route: FallbackRoute, { host, gateway }: Place): GatewayObject[] {
  const attached = { targetRefs: [target(GATEWAY_API.group, "HTTPRoute", route.name)] };
  const scope = "models";
  const { version } = ENVOY_GATEWAY;
  return [
    {
      ...{ apiVersion: GATEWAY_API.version, kind: "HTTPRoute", name: route.name, scope },
      spec: {
        parentRefs: [target(GATEWAY_API.group, "Gateway", gateway)],
        hostnames: [host],
        rules: [
          {
            name: "requests",
            matches: [{ path: PATHS, headers: headersOf(route) }],
            filters: filtersOf(),
            // Without filters of its own, so that there is one cluster.
            backendRefs: [target(ENVOY_GATEWAY.group, "Backend", selfOf(gateway))],
          },
        ],
      },
    },
    {
      ...{ apiVersion: version, kind: "SecurityPolicy", name: route.name, scope },
      spec: { ...attached, authorization: authorizationOf(route) },
    },
    {
      ...{ apiVersion: version, kind: "BackendTrafficPolicy", name: route.name, scope },
      spec: { ...attached, ...trafficSpec(route) },
    },
  ];
}

/** The model's own way has tried its replicas already; what it answers then is tried once more, by the fallback's. */
function trafficSpec({ capacity, only, requestSeconds, streamIdleSeconds }: FallbackRoute) {
  const most = only?.concurrency ?? capacity;
  return {
    mergeType: "StrategicMerge",
    loadBalancer: { type: "LeastRequest" },
    timeout: {
      tcp: { connectTimeout: "3s" },
      http: {
        requestTimeout: seconds(requestSeconds),
        streamIdleTimeout: seconds(streamIdleSeconds),
        connectionIdleTimeout: "300s",
      },
    },
    retry: {
      numRetries: 1,
      numAttemptsPerPriority: 1,
      retryOn: {
        triggers: ["connect-failure", "refused-stream", "reset", "retriable-status-codes"],
        httpStatusCodes: [500, 503, 504],
      },
      perRetry: { backOff: { baseInterval: "5ms", maxInterval: "10ms" } },
    },
    circuitBreaker: {
      ...{ maxConnections: most, maxPendingRequests: most, maxParallelRequests: most },
      // All of them, where the model has no replica.
      maxParallelRetries: most,
    },
  };
}
