import { SPOT_TAINT } from "../../../components/vocabulary/nodes.js";
import type { NodeTaint } from "../../nodes/nodes.js";
import { nodesOf } from "../../nodes/nodesOf.js";
import { resourceRule } from "../../rule.js";

export const spotNodeTaint = resourceRule(
  {
    name: "spot-node-taint",
    description: "A group or pool of spot nodes keeps pods off that did not choose spot.",
    why: "Spot nodes are taken away with two minutes' notice: without a taint, pods that were not meant for them land there and are cut off.",
    remediationSteps:
      "Add the taint node-lifecycle=spot with effect NO_SCHEDULE, outside EKS' own node groups NoSchedule. A Karpenter pool that says nothing of its capacity type may buy spot nodes: require on-demand there.",
    equalForms:
      "Judged alike: managed groups of the AWS and AWS Native providers and of pulumi-eks, its self-managed groups with a `spotPrice`, and Karpenter's NodePool of any version, which may buy spot nodes unless its requirements or labels say otherwise. " +
      "A taint counts if its value is `spot` or its key speaks of it, such as `spot=true`, and so does the effect NoExecute.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const nodes = nodesOf(resource);
    const cause = nodes?.spot;
    if (nodes === undefined || cause === undefined) return;
    const { noSchedule, noExecute, taints } = nodes;
    if (taints.some((taint) => (taint.effect === noSchedule || taint.effect === noExecute) && saysSpot(taint))) return;
    const otherFix = cause.otherFix === undefined ? "" : `, or ${cause.otherFix}`;
    report(`${nodes.where}${cause.is} and no taint says so: add ${nodes.written(SPOT_TAINT)}${otherFix}`);
  },
);

/** By our taint, or by another whose value is spot or whose key speaks of it, such as `spot=true`. */
function saysSpot({ key = "", value = "" }: NodeTaint): boolean {
  return value.toLowerCase() === SPOT_TAINT.value || key.toLowerCase().includes("spot");
}
