/** A network that somebody else made: what the cluster takes of it, and whether it can be right. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterNetwork } from "./network.js";
import type { ExistingNetwork } from "../schema.js";

/** The network as the cluster takes it. Nothing of it is made or changed, so nothing has to be waited for. */
export function existingNetwork(
  { vpcId, privateSubnetIds, additionalSubnetIds }: ExistingNetwork,
  opts: { parent: pulumi.Resource },
): ClusterNetwork {
  const all = [...privateSubnetIds, ...additionalSubnetIds];
  const ids = all.map((id) => pulumi.output(id));
  return {
    vpcId: pulumi.output(vpcId),
    privateSubnetIds: ids,
    controlPlaneSubnetIds: ids.slice(0, privateSubnetIds.length),
    zoneNames: all.map((id) => aws.ec2.getSubnetOutput({ id }, opts).availabilityZone),
    routes: [],
  };
}
