/** What pulumi-eks' component makes, which only its provider knows: offline there is none. */
import type { CollectedResource } from "../collect.js";

/** The version of `@pulumi/eks` that this list is of. */
export const EKS_VERSION = "4.3.0";

export interface MadeByComponent {
  /** URN of the component. */
  component: string;
  /** What makes them, such as `@pulumi/eks 4.3.0`. */
  by: string;
  resources: { type: string; name: string }[];
}

/** Whether an input is stated as false, whatever else the options say. */
const isOff = (options: unknown): boolean => (options as { enabled?: unknown } | undefined)?.enabled === false;

/**
 * The children of an `eks:index:Cluster`, as far as its inputs decide them.
 *
 * Source: pulumi/pulumi-eks at v4.3.0, nodejs/eks/cluster/cluster.ts and nodejs/eks/nodes/securitygroup.ts.
 */
export function madeByEks({ urn, type, name, inputs }: CollectedResource): MadeByComponent | undefined {
  if (type !== "eks:index:Cluster") return undefined;
  const made = (kind: string, ending: string) => ({ type: kind, name: `${name}-${ending}` });
  const role = "aws:iam/role:Role";
  return {
    component: urn,
    by: `@pulumi/eks ${EKS_VERSION}`,
    resources: [
      made("aws:eks/cluster:Cluster", "eksCluster"),
      made("pulumi:providers:kubernetes", "eks-k8s"),
      ...(inputs["serviceRole"] === undefined ? [made(role, "eksRole-role")] : []),
      ...(isOff(inputs["kubeProxyAddonOptions"]) ? [] : [made("aws:eks/addon:Addon", "kube-proxy")]),
      ...(inputs["useDefaultVpcCni"] === true ? [] : [made("aws:eks/addon:Addon", "vpc-cni")]),
      ...(inputs["skipDefaultNodeGroup"] === true || isOff(inputs["corednsAddonOptions"])
        ? []
        : [made("aws:eks/addon:Addon", "coredns")]),
      ...(inputs["skipDefaultSecurityGroups"] === true
        ? []
        : ["eksClusterSecurityGroup", "nodeSecurityGroup"].map((group) =>
            made("aws:ec2/securityGroup:SecurityGroup", group),
          )),
      ...(inputs["skipDefaultNodeGroup"] === true ? [] : [made(role, "instanceRole-role")]),
      ...(inputs["createOidcProvider"] === true
        ? [made("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "oidcProvider")]
        : []),
    ],
  };
}
