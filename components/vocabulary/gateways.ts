/**
 * Kinds that lead requests from outside to a Service, and what on them asks for keys or sets quotas.
 *
 * Sources, read 2026-11-26. Annotations: kubernetes/ingress-nginx dbb11b9, docs/user-guide/nginx-configuration/annotations.md;
 * nginx/kubernetes-ingress 0eb3072, internal/configs; aws-load-balancer-controller 225f445, docs/guide/ingress/annotations.md;
 * jcmoraisjr/haproxy-ingress 465a51c, pkg/converters; haproxytech/kubernetes-ingress fc12067, pkg/annotations. Kinds:
 * aws-load-balancer-controller, targetgroupbinding_types.go; traefik/traefik, crd/traefikio/v1alpha1/ingressroute.go;
 * projectcontour/contour 31c4bb3, apis/projectcontour/v1/httpproxy.go; apache/apisix-ingress-controller d510f66, api/v2/apisixroute_types.go;
 * Kong/kubernetes-ingress-controller, v1beta1/tcpingress_types.go. Policies: envoyproxy/gateway d32f282, api/v1alpha1;
 * Kuadrant/kuadrant-operator ae69881, api; kgateway-dev/kgateway, api/v1alpha1/kgateway/traffic_policy_types.go;
 * agentgateway/agentgateway 75b4e6c, agentgateway_policy_types.go; https://docs.nginx.com/nginx-gateway-fabric/reference/api;
 * https://cloud.google.com/kubernetes-engine/docs/how-to/configure-gke-service-extensions. Those of the Gateway API, Istio, OpenShift,
 * Ambassador, Kong's and Traefik's annotations and GCPBackendPolicy and nginx/kubernetes-ingress' VirtualServer and TransportServer are from the projects' documentation,
 * not read here.
 */

/** Places are names joined by dots; `[]` is every item of a list. */
type Place = string;

/** A kind of route. */
export interface RouteKind {
  groups: readonly string[];
  kind: string;
  /** Names of Services: short, with their namespace or with the cluster's domain. */
  services: readonly Place[];
  /** References to Services or other objects, with `name` and perhaps `namespace`, `kind` and `group`. */
  references?: readonly Place[];
  /** What, where stated, asks for keys or sets quotas. */
  guards?: readonly Place[];
  /** References to the gateway that a route belongs to, or their names. A route without gateway is judged by itself. */
  gateways?: readonly Place[];
  /** Passes connections on, so that no gateway can ask for a key. */
  passesOn?: true;
}

const GATEWAY_API = ["gateway.networking.k8s.io"];
const REFERENCES = ["spec.rules[].backendRefs[]"];
const MIRRORS = ["spec.rules[].filters[].requestMirror.backendRef"];
const PARENTS = ["spec.parentRefs[]"];
const ISTIO = ["networking.istio.io"];
const TRAEFIK = ["traefik.io", "traefik.containo.us"];

export const ROUTE_KINDS: readonly RouteKind[] = [
  {
    groups: ["networking.k8s.io", "extensions"],
    kind: "Ingress",
    services: [
      "spec.defaultBackend.service.name",
      "spec.rules[].http.paths[].backend.service.name",
      // v1beta1
      "spec.backend.serviceName",
      "spec.rules[].http.paths[].backend.serviceName",
    ],
  },
  { groups: ["route.openshift.io"], kind: "Route", services: ["spec.to.name", "spec.alternateBackends[].name"] },
  { groups: ["elbv2.k8s.aws"], kind: "TargetGroupBinding", services: ["spec.serviceRef.name"] },
  {
    groups: TRAEFIK,
    kind: "IngressRoute",
    services: [],
    references: ["spec.routes[].services[]"],
    guards: ["spec.routes[].middlewares"],
  },
  { groups: TRAEFIK, kind: "IngressRouteTCP", services: [], references: ["spec.routes[].services[]"], passesOn: true },
  {
    groups: ["projectcontour.io"],
    kind: "HTTPProxy",
    services: ["spec.routes[].services[].name", "spec.tcpproxy.services[].name"],
    guards: [
      ...["authorization", "jwtProviders", "rateLimitPolicy", "tls.clientValidation"].map(
        (at) => `spec.virtualhost.${at}`,
      ),
      "spec.routes[].rateLimitPolicy",
    ],
  },
  { groups: GATEWAY_API, kind: "HTTPRoute", services: [], references: [...REFERENCES, ...MIRRORS], gateways: PARENTS },
  { groups: GATEWAY_API, kind: "GRPCRoute", services: [], references: REFERENCES, gateways: PARENTS },
  ...["TLSRoute", "TCPRoute", "UDPRoute"].map((kind) => ({
    ...{ groups: GATEWAY_API, kind, services: [], references: REFERENCES },
    ...{ gateways: PARENTS, passesOn: true as const },
  })),
  {
    groups: ISTIO,
    kind: "VirtualService",
    services: ["http", "tcp", "tls"].map((protocol) => `spec.${protocol}[].route[].destination.host`),
    gateways: ["spec.gateways[]"],
  },
  ...["VirtualServer", "VirtualServerRoute"].map((kind) => ({
    groups: ["k8s.nginx.org"],
    kind,
    services: ["spec.upstreams[].service"],
    guards: ["spec.policies", "spec.routes[].policies", "spec.subroutes[].policies"],
  })),
  {
    groups: ["k8s.nginx.org"],
    kind: "TransportServer",
    services: ["spec.upstreams[].service"],
    passesOn: true,
  },
  { groups: ["getambassador.io"], kind: "Mapping", services: ["spec.service"] },
  {
    groups: ["configuration.konghq.com"],
    kind: "TCPIngress",
    services: ["spec.rules[].backend.serviceName"],
    passesOn: true,
  },
  {
    groups: ["apisix.apache.org"],
    kind: "ApisixRoute",
    services: ["spec.http[].backends[].serviceName"],
    guards: ["spec.http[].authentication", "spec.http[].plugins"],
  },
];

/** Annotations of routes, and of Ingresses above all, that ask for keys or hand requests to what does. */
export const GUARDING_ANNOTATIONS: readonly RegExp[] = [
  /^nginx\.ingress\.kubernetes\.io\/(auth-(url|type|secret|tls-secret)|limit-(rps|rpm))$/,
  /^nginx\.org\/(policies|basic-auth-secret|limit-req-rate)$/,
  /^nginx\.com\/(policies|jwt-key)$/,
  /^alb\.ingress\.kubernetes\.io\/(auth-type|jwt-validation|mutual-authentication)$/,
  /^traefik\.ingress\.kubernetes\.io\/router\.middlewares$/,
  /^konghq\.com\/plugins$/,
  /^haproxy-ingress\.github\.io\/(auth-(url|secret|tls-secret)|oauth|limit-rps)$/,
  /^haproxy\.org\/(auth-type|rate-limit-requests)$/,
];

/** Gateways that routes name. */
export const GATEWAY_KINDS: ReadonlyArray<{ group: string; kind: string }> = [
  { group: "gateway.networking.k8s.io", kind: "Gateway" },
  { group: "networking.istio.io", kind: "Gateway" },
];

/**
 * Policies that ask for keys or set quotas where they are attached, to a gateway or to a route, by group and kind, with the fields of the
 * spec one of which does so; none where the kind does nothing else. Envoy AI Gateway's own are none: its BackendSecurityPolicy holds the
 * gateway's keys for what is behind it, and its AIGatewayRoute asks for none (envoyproxy/ai-gateway c217da8, api/v1alpha1). Fields of Envoy
 * Gateway's: api/v1alpha1 of 1.9.1.
 */
export const GUARDING_POLICIES: ReadonlyMap<string, Readonly<Record<string, readonly string[]>>> = new Map<
  string,
  Readonly<Record<string, readonly string[]>>
>([
  [
    "gateway.envoyproxy.io",
    {
      SecurityPolicy: ["apiKeyAuth", "basicAuth", "jwt", "oidc", "extAuth", "authorization"],
      BackendTrafficPolicy: ["rateLimit"],
      EnvoyExtensionPolicy: ["lua", "wasm", "extProc", "dynamicModule"],
    },
  ],
  ["kuadrant.io", { AuthPolicy: [], RateLimitPolicy: [], TokenRateLimitPolicy: [] }],
  ["gateway.kgateway.dev", { TrafficPolicy: [] }],
  ["agentgateway.dev", { AgentgatewayPolicy: [] }],
  ["networking.gke.io", { GCPBackendPolicy: [], GCPTrafficExtension: [], GCPRoutingExtension: [] }],
  ["security.istio.io", { AuthorizationPolicy: [], RequestAuthentication: [] }],
  ["gateway.nginx.org", { AuthenticationFilter: [], RateLimitPolicy: [] }],
]);

/** Services that controllers make for an object of a kind, as endings of its name. */
export const MADE_SERVICES: Readonly<Record<string, readonly string[]>> = {
  // https://docs.ray.io/en/latest/cluster/kubernetes/getting-started/rayservice-quick-start.html
  RayService: ["-serve-svc", "-head-svc"],
  RayCluster: ["-head-svc"],
  // `PredictorServiceName` in KServe's pkg/constants/constants.go
  InferenceService: ["-predictor", "-predictor-default"],
  // LeaderWorkerSet's headless Service has its name.
  LeaderWorkerSet: [""],
  NIMService: [""],
};
