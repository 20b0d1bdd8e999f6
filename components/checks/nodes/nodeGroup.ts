/** Checks of one group of GPU nodes. */
import { entriesOf, from, given, itemsOf, isWhole, isWrong, type Parts, WRONG } from "../../config/parts.js";
import { didYouMean, error, listOr, type Problem, quote } from "../../config/problems.js";
import type { NodeGroupConfig, NodeTaint } from "../../contract/nodeGroup.js";
import { type GpuTypes, gpuTypesOf } from "../../derive/nodes/gpuTypes.js";
import { machinesNamed } from "../../derive/nodes/nodeGroup.js";
import { MACHINES, machinesWith } from "../../facts/machines/index.js";
import type { Cloud } from "../../facts/machines/machine.js";
import { isSpotLabel, isSpotTaint } from "../../vocabulary/nodes.js";
import { checkGpuType } from "./gpuTypes.js";

/** What a group is judged by, besides its own keys. */
export interface GroupContext {
  /** Types of the table and of the config. @default those of the table */
  gpuTypes?: GpuTypes;
  /** Whose machines the group may have. @default any cloud's, or none's */
  cloud?: Cloud;
}

/** Whether a group's numbers, machines, labels and taints agree with each other and with the tables of machines. */
export function checkNodeGroup(
  group: Parts<NodeGroupConfig>,
  path: string,
  { gpuTypes = gpuTypesOf(), cloud }: GroupContext = {},
): Problem[] {
  const { min, max, gpu, instanceTypes, node } = group;
  const types = instanceTypes === undefined || isWrong(instanceTypes) ? [] : instanceTypes;
  const ofGpu = given([gpu], (type) => checkGpuType(type, gpuTypes, `${path}.gpu`));
  return [
    ...given([min, max], (fewest, most) =>
      fewest > most ? [error(`${path}.min`, `${fewest} is more than max ${most}: use 0 to ${most}`)] : [],
    ),
    ...ofGpu,
    ...checkShape({ instanceTypes, node }, path),
    // Beside a GPU type that is unknown, machines would be blamed for not having it.
    ...types.flatMap((type, index) =>
      given([type, ofGpu.length > 0 ? WRONG : from([gpu], (value) => value)], (name, wanted) =>
        checkMachine(name, wanted, `${path}.instanceTypes[${index}]`, cloud),
      ),
    ),
    ...checkSameCount(
      itemsOf<string>(instanceTypes).map(({ item }) => item),
      `${path}.instanceTypes`,
    ),
    ...checkTaints(group, path),
    ...checkCapacity(group, path),
  ];
}

/** Machines by name, or by their shape. */
function checkShape(
  { instanceTypes, node }: Pick<Parts<NodeGroupConfig>, "instanceTypes" | "node">,
  path: string,
): Problem[] {
  if (instanceTypes === undefined && node === undefined) {
    const shape = "node: { gpus: 8, cpus: 94, memoryGiB: 900 }";
    return [
      error(
        path,
        `does not say which machines its nodes are: name instanceTypes, or give what a node can hold, such as ${shape}`,
      ),
    ];
  }
  if (instanceTypes === undefined || node === undefined) return [];
  return [error(`${path}.node`, "describes the nodes a second time, beside instanceTypes: leave one of them out")];
}

function checkTaints({ taints, tolerations }: Parts<NodeGroupConfig>, path: string): Problem[] {
  if (taints === undefined || tolerations === undefined) return [];
  return [error(`${path}.tolerations`, "follow from taints, which are stated beside them: leave one of them out")];
}

/** Nodes that their cloud may take back are known by its labels and taints. */
function checkCapacity({ capacity, nodeSelector, taints }: Parts<NodeGroupConfig>, path: string): Problem[] {
  return given([capacity], (kind) => {
    if (kind === "spot") return [];
    const label = entriesOf(nodeSelector).find(([key, value]) => !isWrong(value) && isSpotLabel(key, value));
    const taint = itemsOf(taints as Parts<NodeTaint>[] | undefined).find(({ item }) =>
      isWhole(item) ? isSpotTaint(item.key, item.value) : false,
    );
    const sign = label?.[0] ?? (taint !== undefined && isWhole(taint.item) ? taint.item.key : undefined);
    if (sign === undefined) return [];
    return [
      error(`${path}.capacity`, `${quote(kind)} is not what its nodes are, for ${sign} is on spot nodes: use spot`),
    ];
  });
}

function checkMachine(name: string, gpu: string, path: string, cloud?: Cloud): Problem[] {
  const known = [...MACHINES.values()].filter((machine) => cloud === undefined || machine.cloud === cloud);
  const machine = known.find((candidate) => candidate.name === name);
  if (machine === undefined) {
    const ofGpu = machinesWith(gpu, cloud).map((offer) => offer.name);
    const names = known.map((candidate) => candidate.name);
    return [
      error(
        path,
        `${quote(name)} is not a known GPU instance type${didYouMean(name, names) || "."} ` +
          (ofGpu.length === 0 ? `None with ${gpu} is known` : `With ${gpu}: ${listOr(ofGpu)}`) +
          (cloud === undefined ? "; machines that are not known are described by node" : ""),
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
