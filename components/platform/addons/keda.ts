import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CHARTS } from "../charts.js";
import { addonPolicies, kedaPolicies } from "../ingress.js";
import { ADDON_NAMESPACES } from "../namespaces.js";
import { addonNamespace, addonRelease, type AddonReleaseArgs } from "../release.js";
import { type HelmValues, HOST, PRIORITY, ROLLING_UPDATE, spread, ZONE } from "../values.js";
import { SYSTEM_NODES } from "../../vocabulary/nodes.js";

/** Inputs of {@link KedaAddon}. */
export interface KedaArgs {
  /** Values of the chart beside those that are decided here, and where they stand. @default none */
  ownValues?: AddonReleaseArgs["ownValues"];
  /** Name by which KEDA's own events and metrics know the cluster. */
  clusterName: pulumi.Input<string>;
  /** Whether Prometheus scrapes it, which needs the CRDs of its operator. @default true */
  serviceMonitors?: boolean;
  /** Namespace of that Prometheus. @default "monitoring" */
  monitoringNamespace?: string;
}

/** Values of the chart. Two replicas of each part: without KEDA no model scales. */
export function kedaValues({ clusterName, serviceMonitors = true }: KedaArgs) {
  const serviceMonitor = { enabled: serviceMonitors, interval: "30s", scrapeTimeout: "10s" };
  const monitored = { enabled: true, serviceMonitor };
  const spreadOf = (app: string) => spread({ app }, ZONE, HOST);
  return {
    clusterName,
    image: { pullPolicy: "IfNotPresent" },
    // Otherwise an uninstall deletes every ScaledObject.
    crds: { install: true, additionalAnnotations: { "helm.sh/resource-policy": "keep" } },
    priorityClassName: PRIORITY.cluster,
    nodeSelector: SYSTEM_NODES,
    operator: { replicaCount: 2 },
    metricsServer: { replicaCount: 2 },
    // Checks ScaledObjects when they are written; while it is down, they can still be written.
    webhooks: { enabled: true, replicaCount: 2, failurePolicy: "Ignore" },
    podDisruptionBudget: {
      operator: { maxUnavailable: 1 },
      metricServer: { maxUnavailable: 1 },
      webhooks: { maxUnavailable: 1 },
    },
    topologySpreadConstraints: {
      operator: spreadOf("keda-operator"),
      metricsServer: spreadOf("keda-operator-metrics-apiserver"),
      webhooks: spreadOf("keda-admission-webhooks"),
    },
    upgradeStrategy: { operator: ROLLING_UPDATE, metricsApiServer: ROLLING_UPDATE, webhooks: ROLLING_UPDATE },
    // Limits on CPU, and on the operator's memory, are the chart's; the others hold no state, and get less than its 1000 MiB.
    resources: {
      operator: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "1000Mi" } },
      metricServer: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
      webhooks: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "1", memory: "256Mi" } },
    },
    prometheus: {
      operator: { ...monitored, prometheusRules: { enabled: false } },
      metricServer: monitored,
      webhooks: monitored,
    },
    // Secrets of its own namespace only, where its certificates are: our triggers need none. Without this, KEDA reads every Secret
    // that a scaled pod's variables refer to, also the models' API keys (pkg/scaling/resolver).
    permissions: { operator: { restrict: { secret: true } }, metricServer: { restrict: { secret: true } } },
    // The chart's role for scaling any kind can get every resource, also Secrets. Deployments and StatefulSets need no such role.
    rbac: { enabledCustomScaledRefKinds: false },
    enableServiceLinks: false,
    asciiArt: false,
  } satisfies HelmValues;
}

/** KEDA, which scales models by Prometheus' queries. */
export class KedaAddon extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: KedaArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:KedaAddon", name, {}, opts);
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const namespace = addonNamespace(name, ADDON_NAMESPACES.keda, "restricted", child).metadata.name;
    addonPolicies(name, namespace, kedaPolicies(args.monitoringNamespace), child);
    this.release = addonRelease(
      name,
      { chart: CHARTS.keda, namespace, values: kedaValues(args), ownValues: args.ownValues },
      child,
    );
    this.registerOutputs({ namespace });
  }
}
