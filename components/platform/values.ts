/** Parts that the values of several charts share. */
import type * as pulumi from "@pulumi/pulumi";
import { GPU_TAINT, SPOT_TAINT } from "../vocabulary/nodes.js";

/** A value that Helm takes as it stands. No null: to Helm it would mean to forget the chart's default. */
export type HelmValue =
  pulumi.Input<string> | pulumi.Input<number> | pulumi.Input<boolean> | readonly HelmValue[] | HelmValues;
/** Values of a chart. */
export type HelmValues = { readonly [key: string]: HelmValue };

/** Of every GPU node, on demand or spot. */
export const GPU_NODE_TOLERATIONS = [GPU_TAINT, SPOT_TAINT].map(({ key, value, effect }) => ({
  key,
  operator: "Equal" as const,
  value,
  effect,
}));

/** Built in, https://kubernetes.io/docs/tasks/administer-cluster/guaranteed-scheduling-critical-addon-pods/ */
export const PRIORITY = { cluster: "system-cluster-critical", node: "system-node-critical" } as const;

/** Requests, and a limit on memory alone: a limit on CPU slows an add-on down where there is CPU to spare. */
export function resources(cpu: string, memory: string, memoryLimit: string) {
  return { requests: { cpu, memory }, limits: { memory: memoryLimit } };
}

/** One of two replicas survives the loss of a zone or a node, where there is another to go to. */
export function spread(matchLabels: Record<string, string>, ...topologyKeys: readonly string[]) {
  return topologyKeys.map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway" as const,
    labelSelector: { matchLabels },
  }));
}

export { HOST_LABEL as HOST, ZONE_LABEL as ZONE } from "../vocabulary/nodes.js";

/** At most one pod goes at a time, and its successor may start before. */
export const ROLLING_UPDATE = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } } as const;

/** The scrape writes the node's name on each series of a pod that stands for its node. */
export const NODE_RELABELING = {
  action: "replace",
  sourceLabels: ["__meta_kubernetes_pod_node_name"],
  targetLabel: "node",
} as const;
