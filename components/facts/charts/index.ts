/**
 * Keys that the charts' values take, a table a chart: made by tools/charts/valuesKeys.ts on 2026-11-26 from the values.yaml of
 * the charts at the versions that each table names, fetched by `helm pull` from the repositories in
 * components/platform/charts.ts (Karpenter's and Envoy Gateway's: from the Go module's archive at that tag).
 */
import awsLoadBalancerController from "./aws-load-balancer-controller.json";
import clusterAutoscaler from "./cluster-autoscaler.json";
import dcgmExporter from "./dcgm-exporter.json";
import gatewayCrdsHelm from "./gateway-crds-helm.json";
import gatewayHelm from "./gateway-helm.json";
import karpenter from "./karpenter.json";
import karpenterCrd from "./karpenter-crd.json";
import keda from "./keda.json";
import kubePrometheusStack from "./kube-prometheus-stack.json";
import nvidiaDevicePlugin from "./nvidia-device-plugin.json";
import openTelemetryCollector from "./opentelemetry-collector.json";

/** Keys below a key; `null` where anything may be below it. */
export type KeyTree = { readonly [key: string]: KeyTree } | null;

export interface ChartKeys {
  version: string;
  keys: KeyTree;
  /** Names that values.yaml has in comments only: taken anywhere. */
  commented: readonly string[];
}

/** By the chart's name. */
export const CHART_KEYS: Readonly<Record<string, ChartKeys>> = {
  "aws-load-balancer-controller": awsLoadBalancerController,
  "cluster-autoscaler": clusterAutoscaler,
  "dcgm-exporter": dcgmExporter,
  "gateway-crds-helm": gatewayCrdsHelm,
  "gateway-helm": gatewayHelm,
  karpenter: karpenter,
  "karpenter-crd": karpenterCrd,
  keda,
  "kube-prometheus-stack": kubePrometheusStack,
  "nvidia-device-plugin": nvidiaDevicePlugin,
  "opentelemetry-collector": openTelemetryCollector,
};
