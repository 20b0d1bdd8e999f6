/**
 * Which namespaces Prometheus, Alertmanager and Grafana trust.
 *
 * A recording rule can give its series any labels, so it can change the answer to the autoscaler's query. Rules and monitors are
 * therefore read only from named namespaces, and Prometheus overwrites their `namespace` label with the real one.
 */
import { NAMESPACE_NAME } from "../../vocabulary/kubernetes.js";
import { CHARTS } from "../charts.js";
import { ADDON_NAMESPACES, MONITORING_NAMESPACE, SYSTEM_NAMESPACE } from "../namespaces.js";

/** Where Prometheus is, and who else may write its rules. */
export interface TrustArgs {
  /** Namespace of Prometheus, Alertmanager and Grafana. @default "monitoring" */
  namespace?: string;
  /**
   * Further namespaces whose monitors, rules and dashboards are read, and whose pods may query Prometheus and open Grafana.
   * Its own and those of the add-ons always are.
   * @default none
   */
  trustedNamespaces?: readonly string[];
  /**
   * PrometheusRules that read series of the whole cluster. Whoever may write these objects may record series of any namespace.
   * @default none
   */
  fleetRules?: readonly NamedRule[];
}

/** A PrometheusRule. */
export interface NamedRule {
  namespace: string;
  name: string;
}

/** Prometheus' own namespace, those of the add-ons, and the given ones, each once. */
export function trusted({ namespace = MONITORING_NAMESPACE, trustedNamespaces = [] }: TrustArgs): string[] {
  return [...new Set([namespace, ...Object.values(ADDON_NAMESPACES), SYSTEM_NAMESPACE, ...trustedNamespaces])];
}

/** Selects namespaces by name. A label of our own would not do: anyone who may label namespaces could set it. */
export function namespacesNamed(names: readonly string[]) {
  return { matchExpressions: [{ key: NAMESPACE_NAME, operator: "In", values: [...names] }] };
}

/** The chart's monitors whose series belong to other namespaces: those of all pods, of nodes and of the API server. */
const OF_OTHER_NAMESPACES = ["kube-state-metrics", "kubelet", "apiserver", "coredns"];

function excluded(resource: "servicemonitors" | "prometheusrules", { namespace, name }: NamedRule) {
  return { group: "monitoring.coreos.com", resource, namespace, name };
}

function serviceMonitor(namespace: string, name: string) {
  return excluded("servicemonitors", { namespace, name });
}

/** Fields of the Prometheus resource. */
export function prometheusTrust(args: TrustArgs) {
  const { namespace = MONITORING_NAMESPACE } = args;
  const ofTrusted = namespacesNamed(trusted(args));
  return {
    serviceMonitorNamespaceSelector: ofTrusted,
    podMonitorNamespaceSelector: ofTrusted,
    ruleNamespaceSelector: ofTrusted,
    probeNamespaceSelector: ofTrusted,
    scrapeConfigNamespaceSelector: ofTrusted,
    enforcedNamespaceLabel: "namespace",
    // By name, so that nothing else in these namespaces is excluded. The chart adds its own rules.
    excludedFromEnforcement: [
      ...OF_OTHER_NAMESPACES.map((name) => serviceMonitor(namespace, `${CHARTS.prometheusStack.name}-${name}`)),
      // Its series name the pod that each GPU works for.
      serviceMonitor(ADDON_NAMESPACES.dcgmExporter, CHARTS.dcgmExporter.name),
      // They join labels of nodes, which have no namespace of the models.
      ...(args.fleetRules ?? []).map((rule) => excluded("prometheusrules", rule)),
    ],
  };
}

/** Fields of the Alertmanager resource. */
export function alertmanagerTrust({ namespace = MONITORING_NAMESPACE }: TrustArgs) {
  return {
    // Its receivers' Secrets are read by the operator, which may read no others: see rbac.ts.
    alertmanagerConfigNamespaceSelector: namespacesNamed([namespace]),
    // A configuration in Alertmanager's own namespace routes all alerts; one elsewhere could route only that namespace's.
    alertmanagerConfigMatcherStrategy: { type: "OnNamespaceExceptForAlertmanagerNamespace" },
  };
}

/** Values of the operator: it creates Prometheus, Alertmanager and their parts in its own namespace only. */
export function operatorTrust({ namespace = MONITORING_NAMESPACE }: TrustArgs) {
  return {
    prometheusInstanceNamespaces: [namespace],
    alertmanagerInstanceNamespaces: [namespace],
    alertmanagerConfigNamespaces: [namespace],
    thanosRulerInstanceNamespaces: [namespace],
  };
}
