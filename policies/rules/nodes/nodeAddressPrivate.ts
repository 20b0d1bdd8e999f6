import { nodeClassOf } from "../../nodes/karpenter.js";
import type { Resource } from "../../read/kinds.js";
import { at, isTrue, list } from "../../read/values.js";
import { resourceRule } from "../../rule.js";
import { selfManagedGroupOf } from "../../nodes/selfManagedGroups.js";

export const nodeAddressPrivate = resourceRule(
  {
    name: "node-address-private",
    description: "No template of nodes asks for public addresses.",
    why: "A node with a public address is one open security group away from the internet, kubelet and node ports included.",
    remediationSteps:
      "Put nodes in private subnets, and set associatePublicIpAddress to false; pulumi-eks' self-managed groups need nodeAssociatePublicIpAddress false, since their default is true.",
    severity: "medium",
    enforcementLevel: "advisory",
  },
  (resource, report) => {
    for (const path of publicAddresses(resource)) report(`${path} is true: set it to false`);
    const group = selfManagedGroupOf(resource);
    if (group === undefined) return;
    const path = `${group.where}${group.path}nodeAssociatePublicIpAddress`;
    const value = group.props["nodeAssociatePublicIpAddress"];
    if (value === undefined || value === null) report(`${path} is not set, which means true: set it to false`);
    else if (isTrue(value)) report(`${path} is true: set it to false`);
  },
);

/** If nothing is stated, the subnet decides. */
function publicAddresses(resource: Resource): string[] {
  const { type, props } = resource;
  const nodeClass = nodeClassOf(resource);
  if (nodeClass !== undefined) {
    return isTrue(nodeClass["associatePublicIPAddress"]) ? ["spec.associatePublicIPAddress"] : [];
  }
  if (type === "aws:ec2/launchConfiguration:LaunchConfiguration") {
    return isTrue(props["associatePublicIpAddress"]) ? ["associatePublicIpAddress"] : [];
  }
  if (type !== "aws:ec2/launchTemplate:LaunchTemplate") return [];
  return list(props["networkInterfaces"]).flatMap((found, index) =>
    isTrue(at(found, "associatePublicIpAddress")) ? [`networkInterfaces[${index}].associatePublicIpAddress`] : [],
  );
}
