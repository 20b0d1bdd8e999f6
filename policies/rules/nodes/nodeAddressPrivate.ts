import { nodeClassOf } from "../../nodes/karpenter.js";
import { machineOf } from "../../nodes/machines.js";
import { isKind, type Resource } from "../../read/kinds.js";
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
    equalForms:
      "Judged alike: launch templates and launch configurations of the AWS and AWS Native providers, Karpenter's EC2NodeClass, EKS Auto Mode's NodeClass, and self-managed groups of pulumi-eks. If a template states nothing, the subnet decides, which is not seen; single instances are left alone.",
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
  const [path, spec] = classOf(resource);
  if (isTrue(at(spec, "associatePublicIPAddress"))) return [`${path}associatePublicIPAddress`];
  const machine = machineOf(resource);
  if (!machine?.isTemplate) return [];
  const own = isTrue(machine.props["associatePublicIpAddress"]) ? ["associatePublicIpAddress"] : [];
  const interfaces = list(machine.props["networkInterfaces"]).flatMap((found, index) =>
    isTrue(at(found, "associatePublicIpAddress"))
      ? [`${machine.path}networkInterfaces[${index}].associatePublicIpAddress`]
      : [],
  );
  return [...own, ...interfaces];
}

/** Where a class of nodes says it: Karpenter's, or EKS Auto Mode's. */
function classOf(resource: Resource): [path: string, value: unknown] {
  // https://docs.aws.amazon.com/eks/latest/userguide/create-node-class.html, read 2026-11-26.
  const isAuto = isKind(resource, "eks.amazonaws.com", "NodeClass");
  if (isAuto) return ["spec.advancedNetworking.", at(resource.props, "spec", "advancedNetworking")];
  return ["spec.", nodeClassOf(resource)];
}
