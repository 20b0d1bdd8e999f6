import * as pulumi from "@pulumi/pulumi";
import { ClusterAutoscalerAddon, type ClusterAutoscalerArgs } from "./addons/clusterAutoscaler.js";
import { DcgmExporterAddon } from "./addons/dcgmExporter.js";
import { DevicePluginAddon } from "./addons/devicePlugin.js";
import { KedaAddon } from "./addons/keda.js";
import type { AwsLocation } from "./location.js";
import { PrometheusStackAddon } from "./prometheus/prometheusStack.js";
import { type AddonsConfig, addonsSchema } from "./schema.js";
import { DefaultStorageClass } from "./storage.js";

/** Inputs of {@link Platform}. */
export interface PlatformArgs {
  clusterName: pulumi.Input<string>;
  /** Namespaces of models: a Prometheus that is installed here reads their monitors. */
  modelNamespaces: readonly string[];
  /** The add-ons as the stack config describes them. @default all, with the schema's defaults */
  addons?: AddonsConfig;
  /** Whether an add-on without `install` is installed. @default true */
  installByDefault?: boolean;
  /** Whether to make the StorageClass `gp3`. @default installByDefault */
  storageClass?: boolean;
  /** Namespace of Prometheus, Alertmanager and Grafana. @default "monitoring" */
  monitoringNamespace?: string;
  /** Whether the add-ons are scraped, which needs the Prometheus operator's CRDs. @default whether it is installed here */
  serviceMonitors?: boolean;
  /** Where the cluster is; needed by the cluster autoscaler alone. @default none */
  aws?: AwsLocation;
  /** Most nodes of the cluster, which updates have to reach before Helm gives up. @default unknown: an update takes four waves */
  nodes?: number;
  /** Kubernetes version of the cluster, such as `1.35`: the cluster autoscaler's has to match. @default the newest that is known */
  kubernetesVersion?: string;
  /** Which groups the cluster autoscaler prefers, as in {@link ClusterAutoscalerArgs}. @default the group that wastes least */
  priorities?: ClusterAutoscalerArgs["priorities"];
}

/** Name of the time-slicing configuration, and of the node label's value that asks for it. */
const SHARED = "shared";

/**
 * What a cluster needs before it can serve models: a default StorageClass, Prometheus with its CRDs, and then KEDA, the DCGM
 * exporter, the device plugin and the cluster autoscaler.
 */
export class Platform extends pulumi.ComponentResource {
  /** Prometheus as the cluster's pods reach it; absent when it is not installed here. */
  readonly prometheusUrl: pulumi.Output<string> | undefined;
  /** Everything installed here: models depend on it. */
  readonly ready: pulumi.Resource[];

  /** @throws if the cluster autoscaler is to be installed and `aws` is not given */
  constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:Platform", name, {}, opts);
    const { clusterName, addons = addonsSchema.parse({}), installByDefault = true } = args;
    const { devicePlugin, prometheus } = addons;
    const { modelNamespaces, monitoringNamespace, nodes } = args;
    const isInstalled = (addon: keyof AddonsConfig): boolean => addons[addon].install ?? installByDefault;
    const child = { parent: this, dependsOn: opts?.dependsOn };

    const storage = (args.storageClass ?? installByDefault) && new DefaultStorageClass(`${name}-storage`, child);
    const afterStorage = pulumi.mergeOptions(child, { dependsOn: storage ? [storage] : [] });

    const monitoring =
      isInstalled("prometheus") &&
      new PrometheusStackAddon(
        `${name}-prometheus`,
        {
          clusterName,
          retentionDays: prometheus.retentionDays,
          volumeGiB: prometheus.volumeGiB,
          ...(storage && { storageClass: storage.className }),
          namespace: monitoringNamespace,
          trustedNamespaces: [...modelNamespaces, ...prometheus.namespaces],
          nodes,
        },
        afterStorage,
      );
    const afterMonitoring = pulumi.mergeOptions(afterStorage, { dependsOn: monitoring ? [monitoring] : [] });
    const serviceMonitors = args.serviceMonitors ?? isInstalled("prometheus");

    const others = [
      isInstalled("keda") &&
        new KedaAddon(`${name}-keda`, { clusterName, serviceMonitors, monitoringNamespace }, afterMonitoring),
      isInstalled("dcgmExporter") &&
        new DcgmExporterAddon(`${name}-dcgm-exporter`, { serviceMonitors, nodes }, afterMonitoring),
      isInstalled("devicePlugin") &&
        new DevicePluginAddon(
          `${name}-device-plugin`,
          {
            gpuFeatureDiscovery: devicePlugin.featureDiscovery,
            migStrategy: devicePlugin.migStrategy,
            ...(devicePlugin.timeSlicingReplicas !== undefined && {
              timeSlicing: { [SHARED]: devicePlugin.timeSlicingReplicas },
            }),
            serviceMonitors,
            nodes,
          },
          afterMonitoring,
        ),
      isInstalled("clusterAutoscaler") &&
        new ClusterAutoscalerAddon(
          `${name}-cluster-autoscaler`,
          {
            ...placeOf(args),
            clusterName,
            kubernetesVersion: args.kubernetesVersion,
            priorities: args.priorities,
            serviceMonitors,
          },
          afterMonitoring,
        ),
    ];

    this.prometheusUrl = monitoring ? monitoring.url : undefined;
    this.ready = [storage, monitoring, ...others].filter((addon) => addon !== false);
    this.registerOutputs({ prometheusUrl: this.prometheusUrl });
  }
}

function placeOf({ aws }: PlatformArgs): AwsLocation {
  if (aws !== undefined) return aws;
  throw new Error(
    "Platform: aws is not given, and the cluster autoscaler needs region and accountId for its permissions: " +
      "give them, or set addons.clusterAutoscaler.install: false",
  );
}
