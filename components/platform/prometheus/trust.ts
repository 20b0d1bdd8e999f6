/**
 * Whom Prometheus, Alertmanager and Grafana listen to.
 *
 * A recording rule may give its series any labels, and with them the autoscaler's query any answer. So rules and monitors are
 * taken from named namespaces alone, and what comes of them carries the namespace that they are in, whatever it says of itself.
 */
import { NAMESPACE_NAME } from "../../vocabulary/kubernetes.js";
import { CHARTS } from "../charts.js";
import { ADDON_NAMESPACES, MONITORING_NAMESPACE, SYSTEM_NAMESPACE } from "../namespaces.js";

/** Where Prometheus is, and who else may write its rules. */
export interface TrustArgs {
  /** Namespace of Prometheus and its kin. @default "monitoring" */
  namespace?: string;
  /**
   * Namespaces beside its own and those of the add-ons whose monitors, rules and dashboards are taken, and whose pods may
   * query Prometheus and open Grafana.
   * @default none
   */
  trustedNamespaces?: readonly string[];
}

/** Its own namespace, those of the add-ons, and those that it is given; each once. */
export function trusted({ namespace = MONITORING_NAMESPACE, trustedNamespaces = [] }: TrustArgs): string[] {
  return [...new Set([namespace, ...Object.values(ADDON_NAMESPACES), SYSTEM_NAMESPACE, ...trustedNamespaces])];
}

/** By the name, which nobody can give to another namespace: a label of ours would be whoever's who may label namespaces. */
export function namespacesNamed(names: readonly string[]) {
  return { matchExpressions: [{ key: NAMESPACE_NAME, operator: "In", values: [...names] }] };
}

/** Monitors of the chart whose series are of other namespaces than the monitor: of all pods, of nodes, of the API server. */
const OF_OTHER_NAMESPACES = ["kube-state-metrics", "kubelet", "apiserver", "coredns"];

function serviceMonitor(namespace: string, name: string) {
  return { group: "monitoring.coreos.com", resource: "servicemonitors", namespace, name };
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
    // By name, so that nothing else of these namespaces is believed. The chart adds its own rules.
    excludedFromEnforcement: [
      ...OF_OTHER_NAMESPACES.map((name) => serviceMonitor(namespace, `${CHARTS.prometheusStack.name}-${name}`)),
      // Says of each GPU which pod it works for.
      serviceMonitor(ADDON_NAMESPACES.dcgmExporter, CHARTS.dcgmExporter.name),
    ],
  };
}

/** Fields of the Alertmanager resource. */
export function alertmanagerTrust({ namespace = MONITORING_NAMESPACE }: TrustArgs) {
  return {
    // Its receivers' Secrets are read by the operator, which may read no others: see rbac.ts.
    alertmanagerConfigNamespaceSelector: namespacesNamed([namespace]),
    // Whoever writes beside Alertmanager routes all alerts; from anywhere else, only those of that namespace could be.
    alertmanagerConfigMatcherStrategy: { type: "OnNamespaceExceptForAlertmanagerNamespace" },
  };
}

/** Values of the operator: it makes Prometheus, Alertmanager and what belongs to them in its own namespace and in no other. */
export function operatorTrust({ namespace = MONITORING_NAMESPACE }: TrustArgs) {
  return {
    prometheusInstanceNamespaces: [namespace],
    alertmanagerInstanceNamespaces: [namespace],
    alertmanagerConfigNamespaces: [namespace],
    thanosRulerInstanceNamespaces: [namespace],
  };
}
