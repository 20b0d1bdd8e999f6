/**
 * Who can reach the pods of Prometheus and KEDA.
 *
 * The charts' own policies do not fit: KEDA's block an API server that is not a pod, such as EKS', and those of
 * kube-prometheus-stack admit everyone. Egress is open, since scrapes and queries go anywhere. `kubectl port-forward` and probes
 * come from the node, and every network plug-in admits them.
 */
import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { LABELS, MANAGED_BY } from "../vocabulary/labels.js";
import { CHARTS } from "./charts.js";
import { MONITORING_NAMESPACE } from "./namespaces.js";
import { namespacesNamed, trusted, type TrustArgs } from "./prometheus/trust.js";

type Spec = k8s.types.input.networking.v1.NetworkPolicySpec;
type Rule = k8s.types.input.networking.v1.NetworkPolicyIngressRule;
type Selector = k8s.types.input.meta.v1.LabelSelector;

/** Every pod of the namespace may reach every other. */
const NEIGHBOURS: Rule = { from: [{ podSelector: {} }] };

function ports(...numbers: readonly number[]): Rule["ports"] {
  return numbers.map((port) => ({ port, protocol: "TCP" }));
}

function ingress(podSelector: Selector, ...rules: Rule[]): Spec {
  return { podSelector, policyTypes: ["Ingress"], ingress: rules };
}

function named(label: string, ...values: readonly string[]): Selector {
  return { matchExpressions: [{ key: label, operator: "In", values: [...values] }] };
}

/** Policies by the ending of their names. */
export type Policies = Readonly<Record<string, Spec>>;

/** Policies of KEDA's namespace. @param monitoringNamespace of the Prometheus that scrapes it */
export function kedaPolicies(monitoringNamespace: string = MONITORING_NAMESPACE): Policies {
  return {
    neighbours: ingress({}, NEIGHBOURS, {
      from: [{ namespaceSelector: namespacesNamed([monitoringNamespace]) }],
      ports: ports(8080),
    }),
    // Both accept only the API server's certificate, or answer only its requests.
    "api-server": ingress(named("app", "keda-operator-metrics-apiserver", "keda-admission-webhooks"), {
      ports: ports(6443, 9443),
    }),
  };
}

/** Policies of Prometheus' namespace. */
export function monitoringPolicies(args: TrustArgs): Policies {
  return {
    neighbours: ingress({}, NEIGHBOURS),
    readers: ingress(named(LABELS.name, "prometheus", "grafana"), {
      from: [{ namespaceSelector: namespacesNamed(trusted(args)) }],
      ports: ports(9090, 3000),
    }),
    // The operator's webhook, which checks rules.
    "api-server": ingress(named(LABELS.name, `${CHARTS.prometheusStack.name}-prometheus-operator`), {
      ports: ports(10250),
    }),
  };
}

/**
 * Policies of the collector's namespace.
 *
 * @param senders namespaces whose pods may send spans
 * @param monitoringNamespace of the Prometheus that scrapes it
 */
export function collectorPolicies(
  senders: readonly string[],
  { grpc, http, metrics }: { grpc: number; http: number; metrics: number },
  monitoringNamespace: string = MONITORING_NAMESPACE,
): Policies {
  const from = (...names: readonly string[]) => [{ namespaceSelector: namespacesNamed(names) }];
  return {
    spans: ingress(
      {},
      // An empty list of namespaces would be refused by the API server; it means that nobody may.
      ...(senders.length === 0 ? [] : [{ from: from(...senders), ports: ports(grpc, http) }]),
      { from: from(monitoringNamespace), ports: ports(metrics) },
    ),
  };
}

/**
 * Policies of Envoy Gateway's namespace, beside those of proxies and Redis.
 *
 * @param monitoringNamespace of the Prometheus that scrapes it
 */
export function envoyGatewayPolicies(
  { xds, rateLimitXds, wasm, rateLimit }: { xds: number; rateLimitXds: number; wasm: number; rateLimit: number },
  monitoringNamespace: string = MONITORING_NAMESPACE,
): Policies {
  const scrapes: Rule = { from: [{ namespaceSelector: namespacesNamed([monitoringNamespace]) }], ports: ports(19001) };
  return {
    // Proxies and the rate limit service are in the same namespace; each side proves itself by a certificate.
    control: ingress(
      { matchLabels: { "control-plane": "envoy-gateway" } },
      { ...NEIGHBOURS, ports: ports(xds, rateLimitXds, wasm) },
      scrapes,
    ),
    "rate-limit": ingress(
      { matchLabels: { [LABELS.name]: "envoy-ratelimit" } },
      { ...NEIGHBOURS, ports: ports(rateLimit) },
      scrapes,
    ),
  };
}

/** Makes policies in an add-on's namespace. */
export function addonPolicies(
  name: string,
  namespace: pulumi.Input<string>,
  policies: Policies,
  opts: pulumi.CustomResourceOptions,
): k8s.networking.v1.NetworkPolicy[] {
  return Object.entries(policies).map(
    ([ending, spec]) =>
      new k8s.networking.v1.NetworkPolicy(
        `${name}-${ending}`,
        { metadata: { name: ending, namespace, labels: { [LABELS.managedBy]: MANAGED_BY } }, spec },
        opts,
      ),
  );
}
