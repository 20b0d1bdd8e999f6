/** Node groups by their machines. */
import type { NodeGroup, NodeGroupConfig } from "../../contract/nodeGroup.js";
import type { Machine } from "../../facts/machines/machine.js";
import { MACHINES } from "../../facts/machines/index.js";
import { LIFECYCLES, NODE_LABELS, WORKLOADS } from "../../vocabulary/nodes.js";

/** The machines of these names that are known. */
export function machinesNamed(names: readonly string[]): Machine[] {
  return names.flatMap((name) => MACHINES.get(name) ?? []);
}

/** The machines of a group, by name or by their shape. */
export function machinesOf({
  gpu,
  instanceTypes,
  node,
}: Pick<NodeGroupConfig, "gpu" | "instanceTypes" | "node">): Machine[] {
  if (node === undefined) return machinesNamed(instanceTypes ?? []);
  const { cpus, memoryGiB, diskGiB, gpus, hourlyUsd } = node;
  const allocatable = { cpus, memoryGiB, ...(diskGiB !== undefined && { diskGiB }) };
  return [{ name: "node", gpu, gpus, cpus, memoryGiB, allocatable, ...(hourlyUsd !== undefined && { hourlyUsd }) }];
}

/** A group of the config with the shapes of its machines. */
export function describedGroup<Config extends NodeGroupConfig>({
  instanceTypes,
  node,
  ...group
}: Config): Omit<Config, "instanceTypes" | "node"> & NodeGroup {
  return { ...group, machines: machinesOf({ gpu: group.gpu, instanceTypes, node }) };
}

/** Every group of a config, by name. */
export function describedGroups<Config extends NodeGroupConfig>(
  groups: Readonly<Record<string, Config>>,
): Record<string, Omit<Config, "instanceTypes" | "node"> & NodeGroup> {
  return Object.fromEntries(Object.entries(groups).map(([name, group]) => [name, describedGroup(group)]));
}

/** This project's labels of a group's nodes. */
export function nodeLabels({
  gpu,
  purpose,
  capacity,
}: Pick<NodeGroup, "gpu" | "purpose" | "capacity">): Record<string, string> {
  return {
    [NODE_LABELS.accelerator]: gpu,
    [NODE_LABELS.workload]: purpose === "inference" ? WORKLOADS.inference : WORKLOADS.batch,
    [NODE_LABELS.lifecycle]: capacity === "spot" ? LIFECYCLES.spot : LIFECYCLES.onDemand,
  };
}
