import { createHash } from "node:crypto";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LABELS, OWN_PREFIX } from "../../vocabulary/labels.js";
import { DCGM } from "../../vocabulary/metrics/kubernetes.js";
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

/**
 * What is read of GPUs. The chart's own list has no count of XID errors, only the last one, which shows no second error of the same
 * code, and nothing of clocks that are held down. A list of one's own replaces the chart's, so that its fields stand here too:
 * deployment/templates/metrics-configmap.yaml of 4.5.3-4.8.2.
 */
const COUNTERS = [
  ["DCGM_FI_DEV_SM_CLOCK", "gauge", "SM clock frequency (in MHz)."],
  ["DCGM_FI_DEV_MEM_CLOCK", "gauge", "Memory clock frequency (in MHz)."],
  ["DCGM_FI_DEV_MEMORY_TEMP", "gauge", "Memory temperature (in C)."],
  ["DCGM_FI_DEV_GPU_TEMP", "gauge", "GPU temperature (in C)."],
  ["DCGM_FI_DEV_POWER_USAGE", "gauge", "Power draw (in W)."],
  ["DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "counter", "Total energy consumption since boot (in mJ)."],
  ["DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "counter", "Total number of PCIe retries."],
  ["DCGM_FI_DEV_GPU_UTIL", "gauge", "GPU utilization (in %)."],
  ["DCGM_FI_DEV_MEM_COPY_UTIL", "gauge", "Memory utilization (in %)."],
  ["DCGM_FI_DEV_ENC_UTIL", "gauge", "Encoder utilization (in %)."],
  ["DCGM_FI_DEV_DEC_UTIL", "gauge", "Decoder utilization (in %)."],
  ["DCGM_FI_DEV_XID_ERRORS", "gauge", "Value of the last XID error encountered."],
  ["DCGM_FI_DEV_FB_FREE", "gauge", "Framebuffer memory free (in MiB)."],
  ["DCGM_FI_DEV_FB_USED", "gauge", "Framebuffer memory used (in MiB)."],
  ["DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", "counter", "Total number of NVLink bandwidth counters for all lanes."],
  ["DCGM_FI_DEV_VGPU_LICENSE_STATUS", "gauge", "vGPU License status"],
  ["DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS", "counter", "Number of remapped rows for uncorrectable errors"],
  ["DCGM_FI_DEV_CORRECTABLE_REMAPPED_ROWS", "counter", "Number of remapped rows for correctable errors"],
  ["DCGM_FI_DEV_ROW_REMAP_FAILURE", "gauge", "Whether remapping of rows has failed"],
  ["DCGM_FI_PROF_GR_ENGINE_ACTIVE", "gauge", "Ratio of time the graphics engine is active."],
  ["DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "gauge", "Ratio of cycles the tensor (HMMA) pipe is active."],
  [
    "DCGM_FI_PROF_DRAM_ACTIVE",
    "gauge",
    "Ratio of cycles the device memory interface is active sending or receiving data.",
  ],
  ["DCGM_FI_PROF_PCIE_TX_BYTES", "gauge", "Bytes per second sent over PCIe."],
  ["DCGM_FI_PROF_PCIE_RX_BYTES", "gauge", "Bytes per second received over PCIe."],
  [DCGM.xidCount.name, "gauge", "XID errors of the last five minutes."],
  [DCGM.clockEvents.name, "gauge", "Clock events of the last five minutes."],
] as const;

/** As the exporter reads them: field, type and help. */
export const DCGM_COUNTERS = `${COUNTERS.map((row) => row.join(", ")).join("\n")}\n`;

/** Pods read the list when they start. */
const LIST_ANNOTATION = `${OWN_PREFIX}counters`;

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
    customMetrics: DCGM_COUNTERS,
    podAnnotations: {
      [LIST_ANNOTATION]: createHash("sha256").update(DCGM_COUNTERS).digest("hex").slice(0, 16),
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
