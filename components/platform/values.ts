/** Parts that the values of several charts share. */
import type * as pulumi from "@pulumi/pulumi";
import { GPU_TAINT, SPOT_TAINT } from "../vocabulary/nodes.js";

/** A value that Helm takes as it is. Not null, which would remove the chart's default. */
export type HelmValue =
  pulumi.Input<string> | pulumi.Input<number> | pulumi.Input<boolean> | readonly HelmValue[] | HelmValues;
/** Values of a chart. */
export type HelmValues = { readonly [key: string]: HelmValue };

/** Tolerations for every GPU node, on-demand or spot. */
export const GPU_NODE_TOLERATIONS = [GPU_TAINT, SPOT_TAINT].map(({ key, value, effect }) => ({
  key,
  operator: "Equal" as const,
  value,
  effect,
}));

/** Built in, https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/ */
export const PRIORITY = { cluster: "system-cluster-critical", node: "system-node-critical" } as const;

/** Requests, and a limit on memory only: a CPU limit would slow an add-on down even on an idle node. */
export function resources(cpu: string, memory: string, memoryLimit: string) {
  return { requests: { cpu, memory }, limits: { memory: memoryLimit } };
}

/** Spreads replicas, so that one of two survives the loss of a zone or a node. */
export function spread(matchLabels: Record<string, string>, ...topologyKeys: readonly string[]) {
  return topologyKeys.map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway" as const,
    labelSelector: { matchLabels },
  }));
}

export { HOST_LABEL as HOST, ZONE_LABEL as ZONE } from "../vocabulary/nodes.js";

/** Stops one pod at a time, and may start its successor first. */
export const ROLLING_UPDATE = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } as const;

/** Labels the series of a DaemonSet's pods with the name of their node. */
export const NODE_RELABELING = {
  action: "replace",
  sourceLabels: ["__meta_kubernetes_pod_node_name"],
  targetLabel: "node",
} as const;
