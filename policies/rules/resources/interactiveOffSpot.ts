import { LABELS } from "../../../components/vocabulary/labels.js";
import { SPOT_NODE_LABELS } from "../../../components/vocabulary/nodes.js";
import { quote } from "../../../components/config/problems.js";
import { type NodeRequirement, Placement } from "../../pods/placement.js";
import { choosesSpot, isForSpot } from "../../pods/spot.js";
import { all, each } from "../../read/unknown.js";
import { workloadRule } from "../../rule.js";

export const interactiveOffSpot = workloadRule(
  {
    name: "interactive-off-spot",
    description: "Pods of class interactive stay off spot nodes.",
    why: "Spot nodes are taken away with two minutes' notice, less than a model takes to load, and often many at once.",
    remediationSteps: "Remove the toleration and the node selection of spot nodes, or give the workload class batch.",
    equalForms:
      'Pods are of the class that the label `pulumi-vllm.dev/class` of the pod or its object names; others are not judged. Spot nodes are known by the labels and taints of EKS, GKE, AKS and Karpenter, and by names with the word spot, preemptible or interruptible in them (`spot=true`, `lifecycle: Ec2Spot`, a node pool `gpu-spot`). `In`, `Exists`, and `NotIn [on-demand]` choose them, required or preferred; `NotIn [spot]`, `spot: "false"` and `DoesNotExist` of a spot label keep off them. A pod that neither chooses nor tolerates anything is taken for off spot.',
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    if (workload.label(LABELS.class) !== "interactive") return;
    const placement = new Placement(workload.podSpec);
    all(
      () => {
        for (const { key, value } of SPOT_NODE_LABELS) {
          if (placement.tolerates({ key, value })) report(tolerated(`${key}=${value}`));
        }
        for (const { key, value } of placement.tolerations.filter(isForSpot)) {
          report(tolerated(value === "" ? key : `${key}=${value}`));
        }
      },
      () =>
        each([...placement.required, ...placement.preferred].flat(), (requirement) => {
          if (choosesSpot(requirement))
            report(`the pod chooses nodes by ${shown(requirement)}: choose on-demand nodes`);
        }),
    );
  },
);

function tolerated(taint: string): string {
  return `the pod tolerates the taint ${taint}: remove that toleration, or name the one taint it is for`;
}

function shown({ key, operator, values }: NodeRequirement): string {
  const [value] = values;
  if (operator === "In" && values.length === 1) return `${key}=${value}`;
  return values.length === 0 ? `${key} ${operator}` : `${key} ${operator} ${quote(values)}`;
}
