import type * as pulumi from "@pulumi/pulumi";
import { SERVICE_NAME_LABEL } from "../../vocabulary/kubernetes.js";
import { LABELS } from "../../vocabulary/labels.js";
import {
  GPU_RESOURCE,
  INSTANCE_TYPE_LABEL,
  NODE_LABELS,
  SPOT_NODE_LABELS,
  SYSTEM_NODES,
} from "../../vocabulary/nodes.js";
import { CHARTS, IMAGE_TAGS } from "../charts.js";
import { MONITORING_NAMESPACE } from "../namespaces.js";
import { DAEMON_ROLLING_UPDATE } from "../rollout.js";
import { prometheusStackRbac } from "./rbac.js";
import { alertmanagerTrust, operatorTrust, prometheusTrust, trusted, type TrustArgs } from "./trust.js";
import { type HelmValues, HOST, NODE_RELABELING, PRIORITY, resources, spread, ZONE } from "../values.js";

/** What the values of kube-prometheus-stack depend on. */
export interface PrometheusStackValuesArgs extends TrustArgs {
  /** Value of the label `cluster` on alerts and remote writes. */
  clusterName: pulumi.Input<string>;
  /** Days that metrics are kept. @default 15 */
  retentionDays?: number;
  /** Size that metrics may grow to, such as `85GB`, in units of 1024. @default 85 % of the volume */
  retentionSize?: string;
  /** Volume of each of the two Prometheus replicas, in GiB. @default 100 */
  volumeGiB?: number;
  /** Further labels of workloads that kube-state-metrics shows, such as those of cost. @default none */
  shownLabels?: readonly string[];
  /** StorageClass of all volumes. @default the cluster's default class */
  storageClass?: pulumi.Input<string>;
}

/** The Secret that Grafana takes its administrator from. */
export const GRAFANA_ADMIN = {
  secret: "grafana-admin",
  user: "admin",
  userKey: "admin-user",
  passwordKey: "admin-password",
} as const;

/** Source: prometheus.io/docs/prometheus/latest/storage/#right-sizing-retention-size, which says 80 to 85 %. */
const RETENTION_SHARE = 0.85;
/** Notifications and silences: Alertmanager keeps no metrics. */
const ALERTMANAGER_GIB = 5;

/** Labels of workloads and nodes that kube-state-metrics shows, for queries that join by them. */
const WORKLOAD_LABELS = [
  LABELS.name,
  LABELS.instance,
  LABELS.component,
  LABELS.partOf,
  LABELS.release,
  LABELS.revision,
  LABELS.class,
  LABELS.gpu,
];
const SHOWN_NODE_LABELS = [
  ...new Set([
    NODE_LABELS.accelerator,
    NODE_LABELS.workload,
    NODE_LABELS.lifecycle,
    `${GPU_RESOURCE}.present`,
    "eks.amazonaws.com/nodegroup",
    // Prices are by machine and by how it is paid for.
    INSTANCE_TYPE_LABEL,
    ...SPOT_NODE_LABELS.map(({ key }) => key),
    ZONE,
  ]),
];

const OFF = { enabled: false } as const;

/** Values of the chart. Prometheus and Alertmanager have two replicas each, on different nodes and, where possible, zones. */
export function prometheusStackValues(args: PrometheusStackValuesArgs) {
  return {
    fullnameOverride: CHARTS.prometheusStack.name,
    crds: crds(),
    // The chart's own let the operator read every Secret.
    global: { rbac: { create: false } },
    extraManifests: prometheusStackRbac(args.namespace ?? MONITORING_NAMESPACE),
    // EKS hides the first three, and runs kube-proxy as a managed add-on.
    kubeEtcd: OFF,
    kubeScheduler: OFF,
    kubeControllerManager: OFF,
    kubeProxy: OFF,
    defaultRules: {
      create: true,
      rules: {
        etcd: false,
        kubeControllerManager: false,
        kubeProxy: false,
        kubeSchedulerAlerting: false,
        kubeSchedulerRecording: false,
        windows: false,
      },
    },
    nodeExporter: { enabled: true, operatingSystems: { darwin: OFF, aix: OFF } },
    prometheus: {
      podDisruptionBudget: { enabled: true, minAvailable: 1 },
      serviceAccount: { create: true },
      prometheusSpec: prometheusSpec(args),
    },
    alertmanager: {
      podDisruptionBudget: { enabled: true, minAvailable: 1 },
      alertmanagerSpec: alertmanagerSpec(args),
    },
    prometheusOperator: operator(args),
    grafana: grafana(args),
    "kube-state-metrics": {
      nodeSelector: SYSTEM_NODES,
      priorityClassName: PRIORITY.cluster,
      resources: resources("50m", "128Mi", "512Mi"),
      metricLabelsAllowlist: [
        ...["pods", "deployments", "jobs"].map(
          (kind) => `${kind}=[${[...WORKLOAD_LABELS, ...(args.shownLabels ?? [])].join(",")}]`,
        ),
        `nodes=[${SHOWN_NODE_LABELS.join(",")}]`,
        `endpointslices=[${SERVICE_NAME_LABEL}]`,
      ],
      // No query needs them, and the exporter gets no permission to read them.
      collectorsExclude: ["secrets", "certificatesigningrequests"],
      prometheus: { monitor: { enabled: true, http: { honorLabels: true } } },
    },
    "prometheus-node-exporter": {
      // Runs on every node, whatever its taints.
      tolerations: [{ operator: "Exists", effect: "NoSchedule" }],
      priorityClassName: PRIORITY.node,
      updateStrategy: { type: "RollingUpdate", rollingUpdate: DAEMON_ROLLING_UPDATE },
      resources: resources("20m", "32Mi", "128Mi"),
      prometheus: { monitor: { enabled: true, relabelings: [NODE_RELABELING] } },
    },
  } satisfies HelmValues;
}

/** Helm installs CRDs and never upgrades them, so a job upgrades them before every release. */
function crds() {
  return {
    enabled: true,
    upgradeJob: {
      enabled: true,
      nodeSelector: SYSTEM_NODES,
      image: {
        busybox: { registry: "docker.io", repository: "library/busybox", tag: IMAGE_TAGS.busybox },
        kubectl: { tag: IMAGE_TAGS.kubectl },
      },
      resources: resources("50m", "64Mi", "256Mi"),
    },
  } satisfies HelmValues;
}

function prometheusSpec(args: PrometheusStackValuesArgs) {
  const { clusterName, retentionDays = 15, volumeGiB = 100, storageClass } = args;
  const { retentionSize = `${Math.floor(volumeGiB * RETENTION_SHARE)}GB` } = args;
  return {
    // By default only objects of this Helm release are read; here those of the trusted namespaces, whatever their labels.
    serviceMonitorSelectorNilUsesHelmValues: false,
    podMonitorSelectorNilUsesHelmValues: false,
    ruleSelectorNilUsesHelmValues: false,
    probeSelectorNilUsesHelmValues: false,
    scrapeConfigSelectorNilUsesHelmValues: false,
    ...prometheusTrust(args),
    replicas: 2,
    shards: 1,
    retention: `${retentionDays}d`,
    retentionSize,
    walCompression: true,
    scrapeInterval: "30s",
    evaluationInterval: "30s",
    externalLabels: { cluster: clusterName },
    ...replicaPlacement({
      "app.kubernetes.io/name": "prometheus",
      "operator.prometheus.io/name": `${CHARTS.prometheusStack.name}-prometheus`,
    }),
    podAntiAffinityTopologyKey: HOST,
    resources: resources("500m", "2Gi", "4Gi"),
    storageSpec: volume(volumeGiB, storageClass),
    persistentVolumeClaimRetentionPolicy: CLAIMS_GO,
  } satisfies HelmValues;
}

function alertmanagerSpec(args: PrometheusStackValuesArgs) {
  return {
    replicas: 2,
    retention: "120h",
    ...alertmanagerTrust(args),
    ...replicaPlacement({
      "app.kubernetes.io/name": "alertmanager",
      alertmanager: `${CHARTS.prometheusStack.name}-alertmanager`,
    }),
    resources: resources("20m", "64Mi", "256Mi"),
    storage: volume(ALERTMANAGER_GIB, args.storageClass),
    persistentVolumeClaimRetentionPolicy: CLAIMS_GO,
  } satisfies HelmValues;
}

/** Deletes volumes with the release: a destroyed stack must not leave volumes that cost money. */
const CLAIMS_GO = { whenDeleted: "Delete", whenScaled: "Retain" };

/** Never two on a node. */
function replicaPlacement(labels: Record<string, string>) {
  return {
    nodeSelector: SYSTEM_NODES,
    podAntiAffinity: "hard",
    topologySpreadConstraints: spread(labels, ZONE),
    priorityClassName: PRIORITY.cluster,
  };
}

function volume(sizeGiB: number, storageClass?: pulumi.Input<string>): HelmValues {
  return {
    volumeClaimTemplate: {
      spec: {
        ...(storageClass !== undefined && { storageClassName: storageClass }),
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: `${sizeGiB}Gi` } },
      },
    },
  };
}

function operator(args: PrometheusStackValuesArgs) {
  return {
    ...operatorTrust(args),
    nodeSelector: SYSTEM_NODES,
    priorityClassName: PRIORITY.cluster,
    resources: resources("100m", "128Mi", "512Mi"),
    // Checks rules when they are written; while it is down, rules can still be written.
    admissionWebhooks: {
      failurePolicy: "Ignore",
      patch: { nodeSelector: SYSTEM_NODES, resources: resources("20m", "32Mi", "128Mi") },
    },
    prometheusConfigReloader: { resources: resources("10m", "32Mi", "64Mi") },
  } satisfies HelmValues;
}

/** Dashboards are ConfigMaps labelled `grafana_dashboard: "1"` in trusted namespaces: nothing is kept in Grafana itself. */
function grafana(args: PrometheusStackValuesArgs) {
  return {
    // The chart's own role reads Secrets, too.
    rbac: { create: false },
    adminUser: GRAFANA_ADMIN.user,
    admin: {
      existingSecret: GRAFANA_ADMIN.secret,
      userKey: GRAFANA_ADMIN.userKey,
      passwordKey: GRAFANA_ADMIN.passwordKey,
    },
    defaultDashboardsTimezone: "utc",
    defaultDashboardsEditable: false,
    nodeSelector: SYSTEM_NODES,
    resources: resources("100m", "256Mi", "512Mi"),
    sidecar: {
      resources: resources("20m", "96Mi", "256Mi"),
      dashboards: {
        enabled: true,
        resource: "configmap",
        label: "grafana_dashboard",
        labelValue: "1",
        searchNamespace: trusted(args),
        folderAnnotation: "grafana_folder",
        provider: { foldersFromFilesStructure: true, allowUiUpdates: false },
      },
      datasources: { enabled: true, resource: "configmap", defaultDatasourceEnabled: true },
    },
    persistence: OFF,
    testFramework: OFF,
    serviceMonitor: { enabled: true },
  } satisfies HelmValues;
}
