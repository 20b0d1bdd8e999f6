/** Node groups by their machines. */
import type { NodeGroup, NodeGroupConfig } from "../contract/nodeGroup.js";
import type { Machine } from "../facts/machines/machine.js";
import { MACHINES } from "../facts/machines/index.js";
import { LIFECYCLES, NODE_LABELS, WORKLOADS } from "../vocabulary/nodes.js";

/** The machines of these names that are known. */
export function machinesNamed(names: readonly string[]): Machine[] {
  return names.flatMap((name) => MACHINES.get(name) ?? []);
}

/** A group of the config with the shapes of its machines. */
export function describedGroup<Config extends NodeGroupConfig>({
  instanceTypes,
  ...group
}: Config): Omit<Config, "instanceTypes"> & NodeGroup {
  return { ...group, machines: machinesNamed(instanceTypes) };
}

/** Every group of a config, by name. */
export function describedGroups<Config extends NodeGroupConfig>(
  groups: Readonly<Record<string, Config>>,
): Record<string, Omit<Config, "instanceTypes"> & NodeGroup> {
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
