import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LABELS } from "../../vocabulary/labels.js";
import { CHARTS } from "../charts.js";
import { ADDON_NAMESPACES } from "../namespaces.js";
import { addonNamespace, addonRelease, type AddonReleaseArgs, HELM_TIMEOUT_SECONDS } from "../release.js";
import { DAEMON_ROLLING_UPDATE, rolloutSeconds } from "../rollout.js";
import { GPU_NODE_TOLERATIONS, type HelmValues, NODE_RELABELING, PRIORITY } from "../values.js";
import { GPU_NODES } from "../../vocabulary/nodes.js";

/** Inputs of {@link DcgmExporterAddon}. */
export interface DcgmExporterArgs {
  /** Values of the chart beside those that are decided here, and where they stand. @default none */
  ownValues?: AddonReleaseArgs["ownValues"];
  /** Whether Prometheus scrapes it, which needs the CRDs of its operator. @default true */
  serviceMonitors?: boolean;
  /** Most nodes of the cluster, which an update has to reach before Helm gives up. @default unknown: an update takes four waves */
  nodes?: number;
}

/** The chart's `readinessProbe.initialDelaySeconds`. */
const READINESS_DELAY_SECONDS = 45;

/** Labels of the pod on a GPU that its series carry, to join GPU and release. */
const POD_LABELS = [
  LABELS.name,
  LABELS.instance,
  LABELS.component,
  LABELS.release,
  LABELS.revision,
  LABELS.class,
] as const;

/** Values of the chart. */
export function dcgmExporterValues({ serviceMonitors = true }: DcgmExporterArgs) {
  return {
    priorityClassName: PRIORITY.node,
    nodeSelector: GPU_NODES,
    tolerations: GPU_NODE_TOLERATIONS,
    rollingUpdate: { ...DAEMON_ROLLING_UPDATE, maxSurge: 0 },
    // At rest it takes 410 to 510 MiB, next to the chart's limit, which nodes with eight GPUs break
    // (https://github.com/pytorch/ci-infra/issues/1011); the chart's 200m of CPU delay scrapes
    // (https://github.com/NVIDIA/dcgm-exporter/issues/740), and only null could lift them.
    resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
    kubernetes: {
      enablePodLabels: true,
      // It would make a series for every pod there has ever been.
      enablePodUID: false,
      podLabelAllowlistRegex: POD_LABELS.map((label) => `^${label.replaceAll(".", "\\.")}$`),
      // To read the pods whose labels it adds.
      rbac: { create: true },
    },
    serviceMonitor: {
      enabled: serviceMonitors,
      interval: "15s",
      scrapeTimeout: "10s",
      // `namespace` and `pod` are those of the pod on the GPU, not of the exporter.
      honorLabels: true,
      relabelings: [NODE_RELABELING],
    },
  } satisfies HelmValues;
}

/** NVIDIA's DCGM exporter: metrics of the GPUs, with the pod that each works for. */
export class DcgmExporterAddon extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: DcgmExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:DcgmExporterAddon", name, {}, opts);
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const namespace = addonNamespace(name, ADDON_NAMESPACES.dcgmExporter, "privileged", child).metadata.name;
    const values = dcgmExporterValues(args);
    // Helm's five minutes are for images: 75 s to pull one in each of four waves.
    const timeoutSeconds = HELM_TIMEOUT_SECONDS + rolloutSeconds(READINESS_DELAY_SECONDS, args.nodes);
    this.release = addonRelease(
      name,
      { chart: CHARTS.dcgmExporter, namespace, values, ownValues: args.ownValues, timeoutSeconds },
      child,
    );
    this.registerOutputs({ namespace });
  }
}
