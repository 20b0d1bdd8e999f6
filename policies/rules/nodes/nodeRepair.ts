import { isNodeGroup, nodeGroupOf } from "../../nodes/nodeGroups.js";
import { at, isTrue } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { selfManagedGroupOf } from "../../nodes/selfManagedGroups.js";
import { state } from "../../read/show.js";

export const nodeRepair = resourceRule(
  {
    name: "node-repair",
    description: "EKS repairs the nodes of a GPU node group.",
    why: "A failed GPU leaves its node ready: pods keep landing there and failing until somebody notices.",
    remediationSteps:
      "Set nodeRepairConfig.enabled to true, and install the node monitoring agent, which sees GPU faults. EKS repairs no self-managed nodes.",
    equalForms:
      "Groups of the AWS and AWS Native providers are judged alike; self-managed groups of pulumi-eks are refused. Karpenter and EKS Auto Mode repair nodes by settings of their own, which are not seen.",
    severity: "low",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    const own = selfManagedGroupOf(resource);
    if (own?.hasGpus) {
      report(
        `${own.where}EKS repairs no nodes of a self-managed group: use aws.eks.NodeGroup with nodeRepairConfig.enabled true`,
      );
      return;
    }
    // pulumi-eks' component of managed groups has no such setting; the group in it is judged.
    if (!isNodeGroup(resource) || !nodeGroupOf(resource)?.hasGpus) return;
    const enabled = at(resource.props, "nodeRepairConfig", "enabled");
    if (!isTrue(enabled)) report(`nodeRepairConfig.enabled ${state(enabled)}: set it to true`);
  },
);
