/**
 * What the parts of kube-prometheus-stack may do, in place of the chart's own roles.
 *
 * The chart lets its operator and Grafana's sidecar read every Secret of the cluster, and no value changes that. Here the
 * operator reads and writes Secrets in its own namespace only, where Prometheus and Alertmanager run, and Grafana reads none.
 * A monitor that names a Secret, such as a password, works once a Role in its namespace lets the operator read it.
 *
 * Everything else is as in the chart: templates/prometheus/clusterrole.yaml, templates/prometheus-operator/clusterrole.yaml and
 * admission-webhooks/job-patch/*.yaml of the version in charts.ts. Names are the chart's, so that an upgrade changes the roles
 * in their place.
 */
import { CHARTS } from "../charts.js";
import { MONITORING_NAMESPACE } from "../namespaces.js";
import type { HelmValues } from "../values.js";

/** A rule of a Role or ClusterRole. */
type Rule =
  | { apiGroups: readonly string[]; resources: readonly string[]; verbs: readonly string[] }
  | { nonResourceURLs: readonly string[]; verbs: readonly string[] };

const NAME = CHARTS.prometheusStack.name;
const RBAC = "rbac.authorization.k8s.io";
const READ = ["get", "list", "watch"];
const ALL = ["*"];

function on(apiGroups: readonly string[], resources: readonly string[], verbs: readonly string[]): Rule {
  return { apiGroups, resources, verbs };
}

/** Kinds that the operator reconciles. Each has a `status`; objects made for the first ones are deleted with them. */
const WORKLOADS = ["alertmanagers", "prometheuses", "prometheusagents", "thanosrulers"];
const CONFIGURATION = ["scrapeconfigs", "servicemonitors", "podmonitors", "probes", "prometheusrules"];

const OPERATOR: readonly Rule[] = [
  on(
    ["monitoring.coreos.com"],
    [
      ...WORKLOADS.flatMap((kind) => [kind, `${kind}/finalizers`, `${kind}/status`]),
      "alertmanagerconfigs",
      ...CONFIGURATION.flatMap((kind) => [kind, `${kind}/status`]),
    ],
    ALL,
  ),
  // Also those of the kubelets' Service in kube-system.
  on([""], ["services", "services/finalizers", "endpoints"], ["get", "create", "update", "delete"]),
  on(["discovery.k8s.io"], ["endpointslices"], ["get", "create", "list", "watch", "update", "delete"]),
  on([""], ["nodes"], ["list", "watch"]),
  on([""], ["namespaces"], READ),
  on(["", "events.k8s.io"], ["events"], ["patch", "create"]),
  on(["networking.k8s.io"], ["ingresses"], READ),
  on(["storage.k8s.io"], ["storageclasses"], ["get"]),
];

/** Anyone who can create a StatefulSet or a pod can read every Secret of its namespace. */
const OPERATOR_AT_HOME: readonly Rule[] = [
  on([""], ["configmaps", "secrets"], ALL),
  on(["apps"], ["statefulsets"], ALL),
  on([""], ["pods"], ["list", "delete"]),
];

const PROMETHEUS: readonly Rule[] = [
  on([""], ["nodes", "nodes/metrics", "services", "endpoints", "pods"], READ),
  on(["discovery.k8s.io"], ["endpointslices"], READ),
  on(["networking.k8s.io"], ["ingresses"], READ),
  { nonResourceURLs: ["/metrics", "/metrics/cadvisor"], verbs: ["get"] },
];

const WEBHOOKS = ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"];
const ADMISSION: readonly Rule[] = [on(["admissionregistration.k8s.io"], WEBHOOKS, ["get", "update", "patch"])];
/** The webhook's certificate. */
const ADMISSION_AT_HOME: readonly Rule[] = [on([""], ["secrets"], ["get", "create"])];

/** The job that makes the certificate runs before and after everything else, so its permissions must exist then. */
const HOOK = {
  "helm.sh/hook": "pre-install,pre-upgrade,post-install,post-upgrade",
  "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded",
};

/** Who gets the rules, and the names of role and binding. */
interface Grant {
  /** ServiceAccount. */
  account: string;
  /** Of the role. @default the account's */
  role?: string;
  /** Of the binding. @default the role's */
  binding?: string;
  annotations?: Readonly<Record<string, string>>;
}

/** A role and its binding: in the cluster, or in one namespace. */
function granted(
  kind: "ClusterRole" | "Role",
  namespace: string,
  { account, role = account, binding = role, annotations }: Grant,
  rules: readonly Rule[],
): HelmValues[] {
  const metadata = { ...(kind === "Role" && { namespace }), ...(annotations !== undefined && { annotations }) };
  return [
    { apiVersion: `${RBAC}/v1`, kind, metadata: { name: role, ...metadata }, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: `${kind}Binding`,
      metadata: { name: binding, ...metadata },
      roleRef: { apiGroup: RBAC, kind, name: role },
      subjects: [{ kind: "ServiceAccount", name: account, namespace }],
    },
  ];
}

/** Roles and bindings, for the chart to install with the rest. */
export function prometheusStackRbac(namespace: string = MONITORING_NAMESPACE): HelmValues[] {
  const operator = { account: `${NAME}-operator` };
  const admission = { account: `${NAME}-admission`, annotations: HOOK };
  const grafana = `${NAME}-grafana`;
  const dashboards = { account: grafana, role: `${grafana}-clusterrole`, binding: `${grafana}-clusterrolebinding` };
  return [
    ...granted("ClusterRole", namespace, operator, OPERATOR),
    ...granted("Role", namespace, operator, OPERATOR_AT_HOME),
    ...granted("ClusterRole", namespace, { account: `${NAME}-prometheus` }, PROMETHEUS),
    ...granted("ClusterRole", namespace, admission, ADMISSION),
    ...granted("Role", namespace, admission, ADMISSION_AT_HOME),
    // Dashboards are ConfigMaps in several namespaces, some of them created later.
    ...granted("ClusterRole", namespace, dashboards, [on([""], ["configmaps"], READ)]),
  ];
}
