/**
 * Names that Envoy Gateway and the Gateway API give.
 *
 * Sources: the Go modules github.com/envoyproxy/gateway 1.9.1 (api/v1alpha1, internal/gatewayapi/translator.go) and
 * sigs.k8s.io/gateway-api 1.6.1, read 2026-11-27.
 */

export const GATEWAY_API = { group: "gateway.networking.k8s.io", version: "gateway.networking.k8s.io/v1" } as const;
export const ENVOY_GATEWAY = { group: "gateway.envoyproxy.io", version: "gateway.envoyproxy.io/v1alpha1" } as const;

/** The controller that Envoy Gateway answers to in GatewayClasses. */
export const ENVOY_GATEWAY_CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller";

/** Labels that Envoy Gateway gives the proxies' pods. */
export const OWNING_GATEWAY = {
  name: "gateway.envoyproxy.io/owning-gateway-name",
  namespace: "gateway.envoyproxy.io/owning-gateway-namespace",
} as const;

/** Ports of Envoy Gateway's own pods, and of its rate limit service. */
export const CONTROL_PORTS = { xds: 18000, rateLimitXds: 18001, wasm: 18002, rateLimit: 8081 } as const;

/** A listener below 1024 is this much higher in the pod. */
export const LISTENER_PORT_SHIFT = 10_000;
