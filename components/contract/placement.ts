/** Which node groups a contract may use, whether its pods fit on their nodes, and what a replica costs there. */
import type { RuntimeContract } from "./contract.js";
import { INSTANCE_TYPES, type InstanceType } from "./instances.js";
import { accepts, defaultPlacement, instancesOf, type NodeGroup, type Placement } from "./nodes.js";
import { error, type Problem } from "./problems.js";

/** Node groups by name; `undefined` where the config does not describe them. */
export type NodeGroups = Readonly<Record<string, NodeGroup>> | undefined;

/** The contract's demand on a placement. */
type Demand = Pick<RuntimeContract, "class" | "gpu" | "resources">;

function candidates({ class: trafficClass, gpu }: Demand, groups: NonNullable<NodeGroups>): NodeGroup[] {
  return Object.values(groups).filter((group) => group.gpu === gpu.type && accepts(group, trafficClass));
}

/** Selector and tolerations of the first group that takes the contract; by this project's own labels unless it has others. */
export function placementOf(demand: Demand, groups: NodeGroups): Placement {
  const standard = defaultPlacement(demand.gpu.type, demand.class);
  const group = groups && candidates(demand, groups)[0];
  return {
    nodeSelector: group?.nodeSelector ?? standard.nodeSelector,
    tolerations: group?.tolerations ?? standard.tolerations,
  };
}

/** Problems of a contract with the node groups described; none where none are. */
export function checkPlacement(demand: Demand, groups: NodeGroups, path: string): Problem[] {
  if (groups === undefined) return [];
  const { gpu, class: trafficClass, resources } = demand;
  const fitting = candidates(demand, groups);
  if (fitting.length === 0) {
    const described = Object.entries(groups).map(
      ([name, group]) => `${name} (${group.gpu}, ${group.purpose}, ${group.capacity})`,
    );
    const wanted =
      trafficClass === "interactive"
        ? "purpose inference and capacity on-demand, since spot nodes go at two minutes' notice"
        : "purpose batch";
    return [
      error(
        `${path}.gpu.type`,
        `no node group offers ${gpu.type} to ${trafficClass} models: add one with ${wanted}, or use another type; ` +
          `there are: ${described.join(", ") || "none"}`,
      ),
    ];
  }
  const types = fitting.flatMap(instancesOf);
  if (types.length === 0) return [];
  const most = Math.max(...types.map(({ gpus }) => gpus));
  if (gpu.count > most) {
    return [
      error(
        `${path}.gpu.count`,
        `${gpu.count} GPUs are more than a node has: use at most ${most}, or larger instance types`,
      ),
    ];
  }
  const problems: Problem[] = [];
  const memoryGiB = Math.floor(Math.min(...types.map(allocatableMemoryGiB)));
  if (resources.memoryGiB > memoryGiB) {
    problems.push(
      error(
        `${path}.resources.memoryGiB`,
        `${resources.memoryGiB} GiB do not fit on the group's smallest node, which can give ${memoryGiB} GiB: ` +
          `ask for at most ${memoryGiB}, or use larger instance types`,
      ),
    );
  }
  const cpus = Math.min(...types.map(allocatableCpus));
  if (resources.cpus > cpus) {
    problems.push(
      error(
        `${path}.resources.cpus`,
        `${resources.cpus} cores do not fit on the group's smallest node, which can give ${cpus}: ask for at most ${cpus}, or use larger instance types`,
      ),
    );
  }
  return problems;
}

/**
 * Host memory that pods of ours can have: the kernel keeps about 3 %, EKS reserves 255 MiB and 11 MiB a pod for 110 pods
 * and evicts below 100 MiB (awslabs/amazon-eks-ami, nodeadm's kubelet defaults); 1 GiB is left to DaemonSets.
 */
function allocatableMemoryGiB({ memoryGiB }: InstanceType): number {
  return memoryGiB * 0.97 - (255 + 11 * 110 + 100) / 1024 - 1;
}

/** Cores that pods of ours can have: EKS reserves less than 0.3 of them; half a core is left to DaemonSets. */
function allocatableCpus({ vcpus }: InstanceType): number {
  return vcpus - 0.8;
}

/** US dollars an hour, on demand. */
export interface CostRange {
  minUsd: number;
  maxUsd: number;
}

/**
 * What one replica costs an hour: its share of the GPUs of the cheapest and of the dearest instance type it can be on.
 * Without node groups, of the cheapest machine of the table.
 */
export function replicaCost(demand: Demand, groups: NodeGroups): CostRange {
  const described = groups && candidates(demand, groups).flatMap(instancesOf);
  const known = described?.length
    ? described
    : [...INSTANCE_TYPES.values()].filter((type) => type.gpu === demand.gpu.type);
  const prices = known
    .filter(({ gpus }) => gpus >= demand.gpu.count)
    .map(({ gpus, hourlyUsd }) => (hourlyUsd * demand.gpu.count) / gpus);
  const cheapest = Math.min(...prices);
  return { minUsd: cheapest, maxUsd: described?.length ? Math.max(...prices) : cheapest };
}
