import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { GPU_RESOURCE, GPU_NODES, SYSTEM_NODES } from "../../vocabulary/nodes.js";
import { CHARTS } from "../charts.js";
import { ADDON_NAMESPACES } from "../namespaces.js";
import { addonNamespace, addonRelease, type AddonReleaseArgs, HELM_TIMEOUT_SECONDS } from "../release.js";
import { DAEMON_ROLLING_UPDATE, rolloutSeconds } from "../rollout.js";
import type { MigStrategy } from "../migStrategies.js";
import { GPU_NODE_TOLERATIONS, type HelmValues, PRIORITY, resources } from "../values.js";

/** Inputs of {@link DevicePluginAddon}. */
export interface DevicePluginArgs {
  /** Values of the chart beside those that are decided here, and where they stand. @default none */
  ownValues?: AddonReleaseArgs["ownValues"];
  /** Whether nodes get labels that describe their GPUs; installs Node Feature Discovery. @default true */
  gpuFeatureDiscovery?: boolean;
  /** @default "none" */
  migStrategy?: MigStrategy;
  /**
   * Pods to a GPU, by the name of a configuration, at least 2. A node takes a configuration by the label
   * `nvidia.com/device-plugin.config: <name>`; on all others a GPU belongs to one pod.
   * @default no GPU is shared
   */
  timeSlicing?: Readonly<Record<string, number>>;
  /** Whether Prometheus scrapes it, which needs the CRDs of its operator. @default true */
  serviceMonitors?: boolean;
  /** Most nodes of the cluster, which an update has to reach before Helm gives up. @default unknown: an update takes four waves */
  nodes?: number;
}

/** Of Node Feature Discovery's worker (`readinessProbe.initialDelaySeconds`); the plugin and feature discovery have no probe. */
const READINESS_DELAY_SECONDS = 5;

/** The configuration of a node that asks for none. */
const EXCLUSIVE = "exclusive";

/**
 * Shared GPUs have their own name, `nvidia.com/gpu.shared`. Their pods share memory and faults, so a runtime, which asks for
 * `nvidia.com/gpu`, must never run on one.
 */
function configuration(migStrategy: MigStrategy, replicas?: number): string {
  const timeSlicing = {
    renameByDefault: true,
    // A pod that asks for two gets no more than with one.
    failRequestsGreaterThanOne: true,
    resources: [{ name: GPU_RESOURCE, replicas }],
  };
  return stringify({
    version: "v1",
    flags: { migStrategy },
    ...(replicas !== undefined && { sharing: { timeSlicing } }),
  });
}

function configurations(migStrategy: MigStrategy, timeSlicing: Readonly<Record<string, number>>) {
  const shared = Object.entries(timeSlicing).map(([name, replicas]) => [name, configuration(migStrategy, replicas)]);
  // Without any, the plugin needs no sidecar to watch the nodes' labels.
  const map = shared.length === 0 ? [] : [[EXCLUSIVE, configuration(migStrategy)], ...shared];
  return { default: shared.length === 0 ? "" : EXCLUSIVE, map: Object.fromEntries(map) as Record<string, string> };
}

/** Values of the chart. Node Feature Discovery's workers run on GPU nodes, the rest of it on system nodes. */
export function devicePluginValues(args: DevicePluginArgs) {
  const { gpuFeatureDiscovery = true, migStrategy = "none", timeSlicing = {}, serviceMonitors = true } = args;
  return {
    migStrategy,
    // A node whose driver does not answer must fail visibly, not offer zero GPUs.
    failOnInitError: true,
    // The chart's default: EKS' NVIDIA AMIs run every container by NVIDIA's runtime, which reads it.
    deviceListStrategy: "envvar",
    priorityClassName: PRIORITY.node,
    nodeSelector: GPU_NODES,
    tolerations: GPU_NODE_TOLERATIONS,
    updateStrategy: { type: "RollingUpdate", rollingUpdate: DAEMON_ROLLING_UPDATE },
    resources: resources("50m", "128Mi", "256Mi"),
    config: configurations(migStrategy, timeSlicing),
    gfd: { enabled: gpuFeatureDiscovery },
    nfd: {
      enabled: gpuFeatureDiscovery,
      priorityClassName: PRIORITY.cluster,
      master: {
        replicaCount: 2,
        podDisruptionBudget: { enable: true, minAvailable: 1 },
        nodeSelector: SYSTEM_NODES,
        tolerations: [],
        // GPU feature discovery's labels have this prefix, and are dropped unless it is allowed.
        config: { extraLabelNs: ["nvidia.com"] },
        resources: resources("50m", "128Mi", "512Mi"),
      },
      gc: { nodeSelector: SYSTEM_NODES, tolerations: [], resources: resources("10m", "64Mi", "256Mi") },
      worker: {
        priorityClassName: PRIORITY.node,
        nodeSelector: GPU_NODES,
        // The chart tolerates another taint, `nvidia.com/gpu=present`.
        tolerations: GPU_NODE_TOLERATIONS,
        updateStrategy: { rollingUpdate: DAEMON_ROLLING_UPDATE },
        resources: resources("5m", "64Mi", "256Mi"),
      },
      prometheus: { enable: serviceMonitors, scrapeInterval: "30s" },
    },
  } satisfies HelmValues;
}

/** NVIDIA's device plugin, which lets pods request `nvidia.com/gpu`. */
export class DevicePluginAddon extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: DevicePluginArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:DevicePluginAddon", name, {}, opts);
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const namespace = addonNamespace(name, ADDON_NAMESPACES.devicePlugin, "privileged", child).metadata.name;
    const values = devicePluginValues(args);
    // Helm's five minutes are for images: 75 s to pull one in each of four waves.
    const timeoutSeconds = HELM_TIMEOUT_SECONDS + rolloutSeconds(READINESS_DELAY_SECONDS, args.nodes);
    this.release = addonRelease(
      name,
      { chart: CHARTS.devicePlugin, namespace, values, ownValues: args.ownValues, timeoutSeconds },
      child,
    );
    this.registerOutputs({ namespace });
  }
}
