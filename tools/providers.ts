/** Stand-ins for values that providers compute, as far as the program reads them: offline there are no providers. */
import * as pulumi from "@pulumi/pulumi";
import { SECRET_MASK } from "../stacks/secrets.js";

/** Shown where only AWS knows the answer. */
const KNOWN_LATER = "(known at deployment)";
/** AWS' own example account. */
const ACCOUNT = "123456789012";

/** A resource's outputs beyond its inputs. */
export function computedOutputs(type: string, name: string, inputs: Readonly<Record<string, unknown>>): object {
  switch (type) {
    case "random:index/randomPassword:RandomPassword":
      return { result: pulumi.secret(SECRET_MASK) };
    case "aws:eks/cluster:Cluster":
      return {
        arn: arnOf(type, name),
        name: inputs["name"] ?? name,
        endpoint: `https://${KNOWN_LATER}`,
        certificateAuthority: { data: KNOWN_LATER },
      };
    case "aws:eks/nodeGroup:NodeGroup":
      return { arn: arnOf(type, name), resources: [{ autoscalingGroups: [{ name: `eks-${name}` }] }] };
    case "aws:ec2/launchTemplate:LaunchTemplate":
      return { arn: arnOf(type, name), latestVersion: 1 };
    case "aws:ec2/eip:Eip":
      return { allocationId: `eipalloc-${name}` };
    case "aws:iam/role:Role":
      return { arn: arnOf(type, name), name: inputs["name"] ?? name };
    default:
      return type.startsWith("aws:") ? { arn: arnOf(type, name) } : {};
  }
}

function arnOf(type: string, name: string): string {
  const [, module, kind] = /^aws:(\w+)\/\w+:(\w+)$/.exec(type) ?? [];
  return `arn:aws:${module}::${ACCOUNT}:${kind}/${name}`;
}

function zonesOf(region: string): string[] {
  return ["a", "b", "c", "d", "e", "f"].map((zone) => region + zone);
}

/**
 * Answers to the questions that the program asks AWS.
 *
 * @param reservedZones zones of capacity reservations, which are assumed to be the region's and the cluster's zones
 */
export function answer(token: string, region: string, reservedZones: readonly string[] = []): Record<string, unknown> {
  switch (token) {
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { names: [...new Set([...reservedZones, ...zonesOf(region)])] };
    // Which zones offer a type is known at deployment only: here all do.
    case "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings":
      return { locations: zonesOf(region) };
    case "aws:index/getRegion:getRegion":
      return { region };
    case "aws:index/getPartition:getPartition":
      return { partition: region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws" };
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return { accountId: ACCOUNT };
    case "aws:eks/getAddonVersion:getAddonVersion":
      return { version: KNOWN_LATER };
    default:
      return {};
  }
}
