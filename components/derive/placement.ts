/** Which node groups a release may use, and how its pods find them. */
import { isDeepStrictEqual } from "node:util";
import type { NodeGroup, NodeGroups, Toleration } from "../contract/nodeGroup.js";
import { GPU_TAINT, LIFECYCLES, NODE_LABELS, SPOT_TAINT, WORKLOADS } from "../vocabulary/nodes.js";
import type { TrafficClass } from "../vocabulary/traffic.js";
import type { RuntimePlan } from "./plan.js";

/** What a placement is asked for. */
export type Demand = Pick<RuntimePlan, "class"> & { gpu: Pick<RuntimePlan["gpu"], "type" | "count"> };

/** Where pods of a release may be scheduled. */
export interface Placement {
  nodeSelector: Record<string, string>;
  tolerations: Toleration[];
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

/** Those whose nodes have GPUs enough; groups of unknown machines are given the benefit of the doubt. */
export function candidates<Group extends Omit<NodeGroup, "min" | "max">>(
  demand: Demand,
  groups: Readonly<Record<string, Group>>,
): Group[] {
  const enough = offering(demand, groups).filter(
    ({ machines }) => machines.length === 0 || machines.some(({ gpus }) => gpus >= demand.gpu.count),
  );
  // A pod has one selector: of groups with labels of their own, those that the first one's selector also fits.
  return enough.filter((group) => isDeepStrictEqual(placementIn(group, demand), placementIn(enough[0], demand)));
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

/** Selector and tolerations of a group, by this project's own labels unless it has others. */
function placementIn(group: Pick<NodeGroup, "nodeSelector" | "tolerations"> | undefined, demand: Demand): Placement {
  const standard = defaultPlacement(demand.gpu.type, demand.class);
  return {
    nodeSelector: group?.nodeSelector ?? standard.nodeSelector,
    tolerations: group?.tolerations ?? standard.tolerations,
  };
}

/** Selector and tolerations of the groups that take the release. */
export function placementOf(demand: Demand, groups: NodeGroups): Placement {
  return placementIn(groups && candidates(demand, groups)[0], demand);
}
