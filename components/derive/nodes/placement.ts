/** Which node groups a release may use, and how its pods find them. */
import { isDeepStrictEqual } from "node:util";
import type { NodeGroup, NodeGroups, NodeTaint, Toleration } from "../../contract/nodeGroup.js";
import { GPU_TAINT, LIFECYCLES, NODE_LABELS, SPOT_TAINT, WORKLOADS } from "../../vocabulary/nodes.js";
import type { TrafficClass } from "../../vocabulary/traffic.js";
import type { RuntimePlan } from "../plan.js";

/** What a placement is asked for. */
export type Demand = Pick<RuntimePlan, "class"> & { gpu: Pick<RuntimePlan["gpu"], "type" | "count" | "nodeGroup"> };

/** Where pods of a release may be scheduled. */
export interface Placement {
  nodeSelector: Record<string, string>;
  tolerations: Toleration[];
  /** Taints that the nodes are stated to have, as {@link ANNOTATIONS.nodeTaints} has them; absent where they have this project's. */
  nodeTaints?: string;
}

/** Whether a class of traffic may run on a group: interactive never on spot, the others never on its nodes. */
export function accepts(group: Pick<NodeGroup, "purpose" | "capacity">, trafficClass: TrafficClass): boolean {
  return trafficClass === "interactive"
    ? group.purpose === "inference" && group.capacity === "on-demand"
    : group.purpose === "batch";
}

/** Groups of the right GPU for a class of traffic, whatever the number of GPUs of a node. */
export function offering<Group extends Pick<NodeGroup, "gpu" | "purpose" | "capacity">>(
  { class: trafficClass, gpu }: { class: TrafficClass; gpu: Pick<Demand["gpu"], "type"> },
  groups: Readonly<Record<string, Group>>,
): Group[] {
  return Object.values(groups).filter((group) => group.gpu === gpu.type && accepts(group, trafficClass));
}

/**
 * Groups that take a release: those of its GPU and class whose nodes have GPUs enough, or the one of them that it names. Groups of
 * unknown machines are given the benefit of the doubt.
 */
export function candidates<Group extends Omit<NodeGroup, "min" | "max">>(
  demand: Demand,
  groups: Readonly<Record<string, Group>>,
): Group[] {
  const named = demand.gpu.nodeGroup;
  const open =
    named === undefined ? groups : Object.fromEntries(Object.entries(groups).filter(([name]) => name === named));
  return offering(demand, open).filter(
    ({ machines }) => machines.length === 0 || machines.some(({ gpus }) => gpus >= demand.gpu.count),
  );
}

/** Whether pods can be sent to one of two groups alone, by its labels and taints. */
export function areTold(one: Placed, other: Placed, demand: Demand): boolean {
  return !isDeepStrictEqual(placementIn(one, demand), placementIn(other, demand));
}

/** The placement on nodes that carry this project's labels and taints. */
export function defaultPlacement(gpu: string, trafficClass: TrafficClass): Placement {
  const interactive = trafficClass === "interactive";
  return {
    nodeSelector: {
      [NODE_LABELS.accelerator]: gpu,
      [NODE_LABELS.workload]: interactive ? WORKLOADS.inference : WORKLOADS.batch,
      ...(interactive && { [NODE_LABELS.lifecycle]: LIFECYCLES.onDemand }),
    },
    tolerations: [
      { key: GPU_TAINT.key, operator: "Exists", effect: GPU_TAINT.effect },
      ...(interactive ? [] : [{ ...SPOT_TAINT, operator: "Equal" as const }]),
    ],
  };
}

/** How pods find a group's nodes. */
type Placed = Pick<NodeGroup, "nodeSelector" | "tolerations" | "taints">;

/** Selector and tolerations of a group, by this project's own labels and taints unless it has others. */
function placementIn(group: Placed | undefined, demand: Demand): Placement {
  const standard = defaultPlacement(demand.gpu.type, demand.class);
  return {
    nodeSelector: group?.nodeSelector ?? standard.nodeSelector,
    tolerations: group?.tolerations ?? group?.taints?.map(tolerationOf) ?? standard.tolerations,
    ...(group?.taints !== undefined && { nodeTaints: group.taints.map(taintText).join(",") }),
  };
}

function taintText({ key, value, effect }: NodeTaint): string {
  return value === undefined ? `${key}:${effect}` : `${key}=${value}:${effect}`;
}

function tolerationOf({ key, value, effect }: NodeTaint): Toleration {
  return value === undefined ? { key, operator: "Exists", effect } : { key, operator: "Equal", value, effect };
}

/** Selector and tolerations of the groups that take the release; the checks refuse to leave a choice between groups open. */
export function placementOf(demand: Demand, groups: NodeGroups): Placement {
  return placementIn(groups && candidates(demand, groups)[0], demand);
}
