import * as pulumi from "@pulumi/pulumi";
import { ClusterAutoscalerAddon } from "./addons/clusterAutoscaler.js";
import { DcgmExporterAddon } from "./addons/dcgmExporter.js";
import { DevicePluginAddon } from "./addons/devicePlugin.js";
import { EnvoyGatewayAddon, type EnvoyGatewaySettings } from "./addons/envoyGateway.js";
import { KarpenterAddon } from "./addons/karpenter.js";
import { KedaAddon } from "./addons/keda.js";
import { OpenTelemetryCollectorAddon } from "./addons/openTelemetryCollector.js";
import { COLLECTOR_NAMESPACE } from "./namespaces.js";
import { LoadBalancerControllerAddon } from "./addons/loadBalancerController.js";
import type { AwsLocation } from "./location.js";
import { PrometheusStackAddon } from "./prometheus/prometheusStack.js";
import { type AddonsConfig, addonsSchema } from "./schema.js";
import { DefaultStorageClass } from "./storage.js";

/** Inputs of {@link Platform}. */
export interface PlatformArgs {
  clusterName: pulumi.Input<string>;
  /** Namespaces of models: a Prometheus that is installed here reads their monitors. */
  modelNamespaces: readonly string[];
  /** Names of PrometheusRules in those namespaces that read series of the whole cluster. @default none */
  fleetRules?: readonly string[];
  /** The add-ons as the stack config describes them. @default all, with the schema's defaults */
  addons?: AddonsConfig;
  /** Where they stand, for messages, such as `vllm:platform.addons`. @default "addons" */
  addonsPath?: string;
  /** Whether an add-on without `install` is installed. @default true */
  installByDefault?: boolean;
  /** Whether to make the StorageClass `gp3`. @default installByDefault */
  storageClass?: boolean;
  /** Namespace of Prometheus, Alertmanager and Grafana. @default "monitoring" */
  monitoringNamespace?: string;
  /** Further labels of workloads that kube-state-metrics shows, such as those of cost. @default none */
  shownLabels?: readonly string[];
  /** Whether the add-ons are scraped, which needs the Prometheus operator's CRDs. @default whether it is installed here */
  serviceMonitors?: boolean;
  /** Where the cluster is; needed by the cluster autoscaler, Karpenter and the load balancer controller. @default none */
  aws?: AwsLocation;
  /** Installs Karpenter, with the role that its nodes take; the cluster autoscaler then has to be asked for. @default no Karpenter */
  karpenter?: { nodeRoleArn: pulumi.Input<string> };
  /** Installs Envoy Gateway, which an `InferenceGateway` runs on. @default no Envoy Gateway */
  envoyGateway?: EnvoyGatewaySettings;
  /** Namespace of a gateway's proxies, whose monitor Prometheus reads. @default none */
  gatewayNamespace?: string;
  /** Most nodes of the cluster, which updates have to reach before Helm gives up. @default unknown: an update takes four waves */
  nodes?: number;
  /** Kubernetes version of the cluster, such as `1.35`: the cluster autoscaler and Karpenter have to match. @default unknown */
  kubernetesVersion?: string;
  /**
   * Which groups the cluster autoscaler prefers: regular expressions on the names of autoscaling groups by priority, which is 0 or more;
   * the highest number comes first. A group that none matches is used only where no other would do, so end with `0: [".*"]`.
   * @default the group that wastes least
   */
  priorities?: Readonly<Record<number, readonly string[]>>;
}

/** Name of the time-slicing configuration, and of the node label's value that asks for it. */
const SHARED = "shared";

/**
 * What a cluster needs before it can serve models: a default StorageClass, Prometheus with its CRDs, and then KEDA, the DCGM
 * exporter, the device plugin, the cluster autoscaler or Karpenter, and, where asked for, the load balancer controller.
 */
export class Platform extends pulumi.ComponentResource {
  /** Prometheus as the cluster's pods reach it; absent when it is not installed here. */
  readonly prometheusUrl: pulumi.Output<string> | undefined;
  /** Absent when it is not installed here. NodePools depend on it. */
  readonly karpenter: KarpenterAddon | undefined;
  /** Everything installed here: models depend on it. */
  readonly ready: pulumi.Resource[];

  /** @throws if `aws` lacks what an add-on that acts in AWS needs */
  constructor(name: string, args: PlatformArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:Platform", name, {}, opts);
    const { clusterName, addons = addonsSchema.parse({}), installByDefault = true } = args;
    const { devicePlugin, prometheus } = addons;
    const { modelNamespaces, monitoringNamespace, nodes, kubernetesVersion } = args;
    const isInstalled = (addon: Exclude<keyof AddonsConfig, "envoyGateway">, byDefault = installByDefault): boolean =>
      addons[addon].install ?? byDefault;
    const ownValues = (addon: keyof AddonsConfig) => ({
      ownValues: { values: addons[addon].values, path: `${args.addonsPath ?? "addons"}.${addon}.values` },
    });
    const child = { parent: this, dependsOn: opts?.dependsOn };

    const storage = (args.storageClass ?? installByDefault) && new DefaultStorageClass(`${name}-storage`, child);
    const afterStorage = pulumi.mergeOptions(child, { dependsOn: storage ? [storage] : [] });

    const monitoring =
      isInstalled("prometheus") &&
      new PrometheusStackAddon(
        `${name}-prometheus`,
        {
          ...ownValues("prometheus"),
          clusterName,
          retentionDays: prometheus.retentionDays,
          volumeGiB: prometheus.volumeGiB,
          ...(storage && { storageClass: storage.className }),
          namespace: monitoringNamespace,
          ...(args.shownLabels !== undefined && { shownLabels: args.shownLabels }),
          trustedNamespaces: [
            ...modelNamespaces,
            ...prometheus.namespaces,
            // For its monitor.
            ...(isInstalled("openTelemetryCollector") ? [COLLECTOR_NAMESPACE] : []),
            ...(args.gatewayNamespace !== undefined ? [args.gatewayNamespace] : []),
          ],
          fleetRules: modelNamespaces.flatMap((of) =>
            (args.fleetRules ?? []).map((rule) => ({ namespace: of, name: rule })),
          ),
          nodes,
        },
        afterStorage,
      );
    const afterMonitoring = pulumi.mergeOptions(afterStorage, { dependsOn: monitoring ? [monitoring] : [] });
    const serviceMonitors = args.serviceMonitors ?? isInstalled("prometheus");

    const others = [
      isInstalled("keda") &&
        new KedaAddon(
          `${name}-keda`,
          { ...ownValues("keda"), clusterName, serviceMonitors, monitoringNamespace },
          afterMonitoring,
        ),
      isInstalled("dcgmExporter") &&
        new DcgmExporterAddon(
          `${name}-dcgm-exporter`,
          { ...ownValues("dcgmExporter"), serviceMonitors, nodes },
          afterMonitoring,
        ),
      isInstalled("devicePlugin") &&
        new DevicePluginAddon(
          `${name}-device-plugin`,
          {
            ...ownValues("devicePlugin"),
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
      // Both would add nodes for the same pods.
      isInstalled("clusterAutoscaler", installByDefault && args.karpenter === undefined) &&
        new ClusterAutoscalerAddon(
          `${name}-cluster-autoscaler`,
          {
            ...ownValues("clusterAutoscaler"),
            ...placeOf(args, "the cluster autoscaler", "set addons.clusterAutoscaler.install: false"),
            clusterName,
            kubernetesVersion,
            priorities: args.priorities,
            serviceMonitors,
          },
          afterMonitoring,
        ),
      isInstalled("loadBalancerController") &&
        new LoadBalancerControllerAddon(
          `${name}-load-balancer-controller`,
          { ...ownValues("loadBalancerController"), ...networkOf(args), clusterName, serviceMonitors },
          afterMonitoring,
        ),
      isInstalled("openTelemetryCollector") &&
        new OpenTelemetryCollectorAddon(
          `${name}-open-telemetry-collector`,
          {
            ...ownValues("openTelemetryCollector"),
            replicas: addons.openTelemetryCollector.replicas,
            exporter: addons.openTelemetryCollector.exporter,
            modelNamespaces,
            serviceMonitors,
            monitoringNamespace,
          },
          afterMonitoring,
        ),
      args.envoyGateway !== undefined &&
        new EnvoyGatewayAddon(
          `${name}-envoy-gateway`,
          { ...ownValues("envoyGateway"), ...args.envoyGateway, monitoringNamespace },
          afterMonitoring,
        ),
    ];
    this.karpenter =
      args.karpenter &&
      new KarpenterAddon(
        `${name}-karpenter`,
        {
          ...placeOf(args, "Karpenter", "leave out karpenter"),
          ...args.karpenter,
          clusterName,
          kubernetesVersion,
          serviceMonitors,
        },
        afterMonitoring,
      );

    this.prometheusUrl = monitoring ? monitoring.url : undefined;
    this.ready = [storage, monitoring, ...others, this.karpenter].filter(
      (addon) => addon !== false && addon !== undefined,
    );
    this.registerOutputs({ prometheusUrl: this.prometheusUrl });
  }
}

/** @param otherwise what to do where there is no such place */
function placeOf({ aws }: PlatformArgs, addon: string, otherwise: string): AwsLocation {
  if (aws !== undefined) return aws;
  throw new Error(
    `Platform: aws is not given, and ${addon} needs region and accountId for its permissions: give them, or ${otherwise}`,
  );
}

function networkOf(args: PlatformArgs): AwsLocation & Required<Pick<AwsLocation, "vpcId">> {
  const addon = "the load balancer controller";
  const otherwise = "set addons.loadBalancerController.install: false";
  const { vpcId, ...place } = placeOf(args, addon, otherwise);
  if (vpcId !== undefined) return { ...place, vpcId };
  throw new Error(`Platform: aws.vpcId is not given, and ${addon} needs it to find subnets: give it, or ${otherwise}`);
}
