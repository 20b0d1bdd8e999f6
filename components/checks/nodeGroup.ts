/** Checks of one group of GPU nodes. */
import { from, given, itemsOf, isWrong, type Parts } from "../config/parts.js";
import { didYouMean, error, listOr, type Problem, quote } from "../config/problems.js";
import type { NodeGroupConfig } from "../contract/nodeGroup.js";
import { machinesNamed } from "../derive/nodeGroup.js";
import { MACHINES, machinesWith } from "../facts/machines/index.js";

/** Whether a group's numbers and machines agree with each other and with the tables of machines. */
export function checkNodeGroup(group: Parts<NodeGroupConfig>, path: string): Problem[] {
  const { min, max, gpu, instanceTypes } = group;
  const types = isWrong(instanceTypes) ? [] : instanceTypes;
  return [
    ...given([min, max], (fewest, most) =>
      fewest > most ? [error(`${path}.min`, `${fewest} is more than max ${most}: use 0 to ${most}`)] : [],
    ),
    ...types.flatMap((type, index) =>
      given([type, from([gpu], (value) => value)], (name, wanted) =>
        checkMachine(name, wanted, `${path}.instanceTypes[${index}]`),
      ),
    ),
    ...checkSameCount(
      itemsOf<string>(instanceTypes).map(({ item }) => item),
      `${path}.instanceTypes`,
    ),
  ];
}

function checkMachine(name: string, gpu: NodeGroupConfig["gpu"], path: string): Problem[] {
  const machine = MACHINES.get(name);
  if (machine === undefined) {
    const ofGpu = machinesWith(gpu).map((known) => known.name);
    return [
      error(
        path,
        `${quote(name)} is not a known GPU instance type${didYouMean(name, MACHINES.keys()) || "."} With ${gpu}: ${listOr(ofGpu)}`,
      ),
    ];
  }
  if (machine.gpu === gpu) return [];
  return [error(path, `${quote(name)} has ${machine.gpu} GPUs, not ${gpu}: set gpu: ${machine.gpu} or another type`)];
}

function checkSameCount(names: readonly string[], path: string): Problem[] {
  const counts = new Set(machinesNamed(names).map(({ gpus }) => gpus));
  if (counts.size <= 1) return [];
  return [
    error(path, `the types have different numbers of GPUs (${[...counts].join(", ")}): use one group for each number`),
  ];
}
