/** The way to a model in Envoy Gateway: route, credential, who may take it, retries and limits. */
import { CLIENT_HEADERS, GATEWAY_HEADERS, RESPONSE_HEADERS } from "../../vocabulary/gateway.js";
import { ENVOY_GATEWAY, GATEWAY_API } from "../../vocabulary/envoyGateway.js";
import type { GatewayImplementation, ModelRoute, RouteBackend } from "../implementation.js";
import { type GatewayObject, target } from "../objects.js";
import { shadowObjects } from "./shadow.js";
import { backendTrafficSpec } from "./backendTraffic.js";

/** Where the way begins. */
export type Place = Parameters<GatewayImplementation["modelObjects"]>[1];

/**
 * What client paths begin with. It is longer than the path of the admission routes, so that a request with the header x-vllm-model
 * takes the model's route, however many headers an admission route matches.
 */
export const PATHS = { type: "PathPrefix", value: "/v1" };

/** All objects of a way; the filter with the credential is of the model's own way alone. */
export function modelObjects(route: ModelRoute, place: Place): GatewayObject[] {
  const scope = "models";
  const attached = { targetRefs: [target(GATEWAY_API.group, "HTTPRoute", route.name)] };
  return [
    ...(route.only === undefined ? [credentialFilter(route)] : []),
    { apiVersion: GATEWAY_API.version, kind: "HTTPRoute", name: route.name, scope, spec: routeSpec(route, place) },
    {
      ...{ apiVersion: ENVOY_GATEWAY.version, kind: "SecurityPolicy", name: route.name, scope },
      spec: { ...attached, authorization: authorizationOf(route) },
    },
    {
      ...{ apiVersion: ENVOY_GATEWAY.version, kind: "BackendTrafficPolicy", name: route.name, scope },
      spec: { ...attached, ...backendTrafficSpec(route) },
    },
    ...shadowObjects(route, credentialFilterName(route.model), place),
  ];
}

function credentialFilter({ model, credentialSecret }: ModelRoute): GatewayObject {
  const credential = { valueRef: { name: credentialSecret } };
  return {
    apiVersion: ENVOY_GATEWAY.version,
    kind: "HTTPRouteFilter",
    name: credentialFilterName(model),
    scope: "models",
    spec: { credentialInjection: { overwrite: true, credential } },
  };
}

/** Name of the filter that puts the model's key into requests. */
export function credentialFilterName(model: string): string {
  return model;
}

/** The program has written both headers already; who got here without a tenant is sent away. */
export function authorizationOf({ tenants }: Pick<ModelRoute, "tenants">) {
  const principal = { headers: [{ name: GATEWAY_HEADERS.tenant, values: tenants }] };
  return {
    defaultAction: "Deny",
    // One that is a fallback alone is nobody's own.
    ...(tenants.length > 0 && { rules: [{ name: "tenants", action: "Allow", principal }] }),
  };
}

function routeSpec(route: ModelRoute, { host, gateway }: Place) {
  return {
    parentRefs: [{ group: GATEWAY_API.group, kind: "Gateway", name: gateway }],
    hostnames: [host],
    rules: [
      {
        name: "requests",
        matches: [{ path: PATHS, headers: headersOf(route) }],
        filters: [...filtersOf(), ...mirrorOf(route)],
        backendRefs: route.backends.map((backend) => backendRef(backend, route.model)),
      },
      ...route.choices.map((backend) => ({
        name: backend.release,
        matches: [{ path: PATHS, headers: [...headersOf(route), ...chosen(backend.release, route)] }],
        filters: filtersOf(),
        backendRefs: [backendRef({ ...backend, weight: 1 }, route.model)],
      })),
    ],
  };
}

/** Value of the header by which the gateway asks itself for a model's own replicas. */
export const OWN = "true";

function exact(name: string, value: string) {
  return { type: "Exact", name, value };
}

export function headersOf({
  model,
  only,
  isBehind = false,
}: Pick<ModelRoute, "model" | "only"> & { isBehind?: boolean }) {
  return [
    exact(GATEWAY_HEADERS.model, model),
    ...(isBehind ? [exact(GATEWAY_HEADERS.own, OWN)] : []),
    ...(only === undefined ? [] : [exact(GATEWAY_HEADERS.tenant, only.tenant)]),
  ];
}

/** One header more than a tenant's own way matches, so that neither hides the other. */
function chosen(release: string, { only }: ModelRoute) {
  return [
    exact(GATEWAY_HEADERS.release, release),
    ...(only === undefined ? [{ type: "RegularExpression", name: GATEWAY_HEADERS.tenant, value: ".+" }] : []),
  ];
}

/** What clients prove who they are by does not go on to the model. */
export function filtersOf() {
  return [{ type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["x-api-key", "cookie"] } }];
}

function mirrorOf({ shadow }: ModelRoute) {
  if (shadow === undefined || shadow.percent === 0) return [];
  const { service, port } = shadow.backend;
  const backend = { group: "", kind: "Service", name: service, port };
  return [{ type: "RequestMirror", requestMirror: { backendRef: backend, percent: shadow.percent } }];
}

/** Filters of its own give each release a cluster of its own in Envoy, with its own series, ejection and weight. */
function backendRef({ release, service, port, weight }: RouteBackend, model: string) {
  return {
    ...{ group: "", kind: "Service", name: service, port, weight },
    filters: [
      {
        type: "ExtensionRef",
        extensionRef: { group: ENVOY_GATEWAY.group, kind: "HTTPRouteFilter", name: credentialFilterName(model) },
      },
      {
        type: "ResponseHeaderModifier",
        responseHeaderModifier: { set: [{ name: RESPONSE_HEADERS.servedBy, value: `${model}/${release}` }] },
      },
    ],
  };
}

/** Name of the header that sessions are told by. */
export const SESSION_HEADER = CLIENT_HEADERS.session;
