import { LABELS } from "../../../components/vocabulary/labels.js";
import { SPOT_NODE_LABELS } from "../../../components/vocabulary/nodes.js";
import { preferredNodes, requiredNodes, tolerates } from "../../pods/placement.js";
import { workloadRule } from "../../rule.js";

export const interactiveOffSpot = workloadRule(
  {
    name: "interactive-off-spot",
    description: "Pods of class interactive stay off spot nodes.",
    why: "Spot nodes are taken away with two minutes' notice, less than a model takes to load, and often many at once.",
    remediationSteps: "Remove the toleration and the node selection of spot nodes, or give the workload class batch.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    if (workload.label(LABELS.class) !== "interactive") return;
    const chosen = [...requiredNodes(workload), ...preferredNodes(workload)];
    for (const { key, value } of SPOT_NODE_LABELS) {
      if (tolerates(workload, { key, value })) {
        report(`the pod tolerates the taint ${key}=${value}: remove that toleration, or name the one taint it is for`);
      }
      if (chosen.some((choice) => choice.key === key && choice.values.includes(value))) {
        report(`the pod chooses nodes by ${key}=${value}: choose on-demand nodes`);
      }
    }
  },
);
