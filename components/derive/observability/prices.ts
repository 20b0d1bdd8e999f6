/** Prices of the machines that pods of a stack may be on. */
import type { PricesConfig } from "../../contract/observability/prices.js";
import type { NodeGroups } from "../../contract/nodeGroup.js";
import { MACHINES, machinesWith } from "../../facts/machines/index.js";
import type { Machine } from "../../facts/machines/machine.js";

/** A kind of machine with its price, US dollars an hour. */
export interface PricedMachine {
  /** As its cloud calls it: the node label `node.kubernetes.io/instance-type`. */
  instanceType: string;
  gpus: number;
  onDemandUsd: number;
  spotUsd: number;
}

/** What a machine costs an hour: as the config has it, else as the table has it. */
export function hourlyPrice(
  { name, hourlyUsd }: Pick<Machine, "name" | "hourlyUsd">,
  own: PricesConfig["hourlyUsd"] = {},
): number | undefined {
  return Object.hasOwn(own, name) ? own[name] : hourlyUsd;
}

/**
 * The machines with a price, each once: those of the node groups, or where the config has no groups, all that have GPUs of these types.
 * Nodes that the config describes by their shape are none of them: they have no name to find them by.
 *
 * @param gpuTypes of all releases
 */
export function pricedMachines(
  groups: NodeGroups,
  gpuTypes: readonly string[],
  { hourlyUsd, spotShare }: Pick<PricesConfig, "hourlyUsd" | "spotShare">,
): PricedMachine[] {
  const machines =
    groups === undefined
      ? [...new Set(gpuTypes)].flatMap((gpu) => machinesWith(gpu))
      : Object.values(groups).flatMap((group) => group.machines);
  const named = new Map(machines.filter(({ name }) => MACHINES.has(name)).map((machine) => [machine.name, machine]));
  return [...named.values()].flatMap((machine) => {
    const onDemandUsd = hourlyPrice(machine, hourlyUsd);
    if (onDemandUsd === undefined) return [];
    return [{ instanceType: machine.name, gpus: machine.gpus, onDemandUsd, spotUsd: onDemandUsd * spotShare }];
  });
}
