/** Which node groups a contract may use, whether its pods fit on their nodes, and what a replica costs there. */
import { isDeepStrictEqual } from "node:util";
import type { RuntimeContract } from "../contract/contract.js";
import { INSTANCE_TYPES, type InstanceType } from "../facts/machines/aws.js";
import { accepts, defaultPlacement, instancesOf, type NodeGroup, type Placement } from "../contract/nodeGroup.js";
import { error, type Problem, warning } from "../config/problems.js";

/** Node groups by name; `undefined` where the config does not describe them. */
export type NodeGroups = Readonly<Record<string, NodeGroup>> | undefined;

/** The contract's demand on a placement. */
type Demand = Pick<RuntimeContract, "class" | "gpu" | "resources">;

/** Groups of the right GPU for the contract's traffic, whatever the number of GPUs of a node. */
function offering({ class: trafficClass, gpu }: Demand, groups: NonNullable<NodeGroups>): NodeGroup[] {
  return Object.values(groups).filter((group) => group.gpu === gpu.type && accepts(group, trafficClass));
}

/** Those whose nodes have GPUs enough; groups of unknown instance types are given the benefit of the doubt. */
function candidates(demand: Demand, groups: NonNullable<NodeGroups>): NodeGroup[] {
  const enough = offering(demand, groups).filter((group) => {
    const types = instancesOf(group);
    return types.length === 0 || types.some(({ gpus }) => gpus >= demand.gpu.count);
  });
  // A pod has one selector: of groups with labels of their own, those that the first one's selector also fits.
  return enough.filter((group) => isDeepStrictEqual(placementIn(group, demand), placementIn(enough[0], demand)));
}

/** Selector and tolerations of a group, by this project's own labels unless it has others. */
function placementIn(group: NodeGroup | undefined, demand: Demand): Placement {
  const standard = defaultPlacement(demand.gpu.type, demand.class);
  return {
    nodeSelector: group?.nodeSelector ?? standard.nodeSelector,
    tolerations: group?.tolerations ?? standard.tolerations,
  };
}

/** Selector and tolerations of the groups that take the contract. */
export function placementOf(demand: Demand, groups: NodeGroups): Placement {
  return placementIn(groups && candidates(demand, groups)[0], demand);
}

/** Problems of a contract with the node groups described; none where none are. */
export function checkPlacement(demand: Demand, groups: NodeGroups, path: string): Problem[] {
  const { gpu, class: trafficClass, resources } = demand;
  if (groups === undefined) {
    const most = Math.max(
      ...[...INSTANCE_TYPES.values()].filter((type) => type.gpu === gpu.type).map(({ gpus }) => gpus),
    );
    if (gpu.count <= most) return [];
    return [
      error(
        `${path}.gpu.count`,
        `no machine of the instance table has ${gpu.count} × ${gpu.type}: use at most ${most}`,
      ),
    ];
  }
  const offered = offering(demand, groups);
  if (offered.length === 0) {
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
  const fitting = candidates(demand, groups);
  if (fitting.length === 0) {
    const most = Math.max(...offered.flatMap(instancesOf).map(({ gpus }) => gpus));
    return [
      error(
        `${path}.gpu.count`,
        `${gpu.count} GPUs are more than a node has: use at most ${most}, or larger instance types`,
      ),
    ];
  }
  const types = fitting.flatMap(instancesOf);
  if (types.length === 0) return [];
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

/** Replicas of a contract, with the spares that hold nodes for more. */
export interface Replicas {
  contract: Demand & Pick<RuntimeContract, "autoscaling">;
  warmSpares: number;
}

/**
 * Whether the node groups have GPUs for all models together: too few for the least replicas is an error, too few for the
 * most of them and a rollout beside them a warning.
 */
export function checkCapacity(all: readonly Replicas[], groups: NodeGroups, path: string): Problem[] {
  if (groups === undefined) return [];
  const pools = new Map<string, { gpus: number; least: number; most: number; surge: number }>();
  for (const { contract, warmSpares } of all) {
    const names = Object.keys(groups).filter((name) => candidates(contract, groups).includes(groups[name]!));
    if (names.length === 0) continue;
    const key = names.join(" and ");
    const gpus = names.reduce((sum, name) => sum + groups[name]!.max * gpusOfNode(groups[name]!), 0);
    const pool = pools.get(key) ?? { gpus, least: 0, most: 0, surge: 0 };
    const { min, max } = contract.autoscaling;
    pools.set(key, {
      gpus,
      least: pool.least + min * contract.gpu.count,
      most: pool.most + (max + warmSpares) * contract.gpu.count,
      surge: Math.max(pool.surge, contract.gpu.count),
    });
  }
  return [...pools].flatMap(([names, { gpus, least, most, surge }]) => {
    if (least > gpus) {
      const message = `the models need ${least} GPUs of ${names} at the least, and at max nodes there are ${gpus}: raise max, or lower autoscaling.min`;
      return [error(path, message)];
    }
    if (most + surge > gpus) {
      const message =
        `the models may want ${most} GPUs of ${names}, and ${surge} more while one is rolled out, and at max nodes there are ${gpus}: ` +
        "raise max, or expect pods to wait";
      return [warning(path, message)];
    }
    return [];
  });
}

function gpusOfNode(group: NodeGroup): number {
  return Math.max(0, ...instancesOf(group).map(({ gpus }) => gpus));
}

/**
 * Host memory that pods of ours can have: the kernel keeps about 3 %, EKS reserves 255 MiB and 11 MiB a pod for 110 pods
 * and evicts below 100 MiB (awslabs/amazon-eks-ami, nodeadm's kubelet defaults); 1 GiB is left to DaemonSets.
 */
export function allocatableMemoryGiB({ memoryGiB }: InstanceType): number {
  return memoryGiB * 0.97 - (255 + 11 * 110 + 100) / 1024 - 1;
}

/** Cores that pods of ours can have: EKS reserves less than 0.3 of them; half a core is left to DaemonSets. */
export function allocatableCpus({ vcpus }: InstanceType): number {
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
    : [...INSTANCE_TYPES.values()].filter(({ gpu }) => gpu === demand.gpu.type);
  const prices = known
    .filter(({ gpus }) => gpus >= demand.gpu.count)
    .map(({ gpus, hourlyUsd }) => (hourlyUsd * demand.gpu.count) / gpus);
  // checkPlacement refuses a contract that no machine takes.
  if (prices.length === 0) return { minUsd: 0, maxUsd: 0 };
  const cheapest = Math.min(...prices);
  return { minUsd: cheapest, maxUsd: described?.length ? Math.max(...prices) : cheapest };
}
