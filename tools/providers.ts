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
    case "eks:index:Cluster":
      return {
        eksCluster: { name: inputs["name"] ?? name, arn: arnOf("aws:eks/cluster:Cluster", name) },
        clusterSecurityGroupId: `sg-${name}`,
        kubeconfigJson: JSON.stringify(kubeconfig(inputs["name"] ?? name)),
      };
    case "aws:eks/nodeGroup:NodeGroup":
      return { arn: arnOf(type, name), resources: [{ autoscalingGroups: [{ name: `eks-${name}` }] }] };
    case "aws:ec2/launchTemplate:LaunchTemplate":
      return { arn: arnOf(type, name), latestVersion: 1 };
    case "aws:fsx/lustreFileSystem:LustreFileSystem":
      return { arn: arnOf(type, name), dnsName: KNOWN_LATER, mountName: KNOWN_LATER };
    case "aws:sqs/queue:Queue":
      return { arn: arnOf(type, name), name: inputs["name"] ?? name, url: `https://${KNOWN_LATER}` };
    case "aws:ec2/eip:Eip":
      return { allocationId: `eipalloc-${name}` };
    case "aws:cloudwatch/eventRule:EventRule":
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

/** In the form of pulumi-eks' own (4.3.0, nodejs/eks/cluster/cluster.ts). */
function kubeconfig(name: unknown): object {
  const args = ["--region", KNOWN_LATER, "eks", "get-token", "--cluster-name", name, "--output", "json"];
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "kubernetes", cluster: { server: `https://${KNOWN_LATER}` } }],
    contexts: [{ name: "aws", context: { cluster: "kubernetes", user: "aws" } }],
    "current-context": "aws",
    users: [
      {
        name: "aws",
        user: { exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "aws", args } },
      },
    ],
  };
}

function zonesOf(region: string): string[] {
  return ["a", "b", "c", "d", "e", "f"].map((zone) => region + zone);
}

/** What AWS would know of the stack. */
export interface CloudFacts {
  region: string;
  /** Zones that the config names for groups and reservations: they are assumed to be the region's and the cluster's. */
  namedZones?: readonly string[];
  /** Subnets of an existing VPC, by id: each is assumed to be in a zone of its own, as long as there are zones. */
  subnetIds?: readonly string[];
}

/** Answers to the questions that the program asks AWS. */
export function answer(
  token: string,
  inputs: Readonly<Record<string, unknown>>,
  { region, namedZones = [], subnetIds = [] }: CloudFacts,
): Record<string, unknown> {
  const zones = [...new Set([...namedZones, ...zonesOf(region)])];
  switch (token) {
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return { names: zones };
    // Which zones offer a type is known at deployment only: here all do.
    case "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings":
      return offersIn(zones, inputs);
    case "aws:ec2/getSubnet:getSubnet":
      return { availabilityZone: zones[Math.max(0, subnetIds.indexOf(String(inputs["id"]))) % zones.length] };
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

/** An offer of each type that is asked for in each zone. */
function offersIn(zones: readonly string[], inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const [filter] = inputs["filters"] as [{ values: string[] }];
  const offers = zones.flatMap((zone) => filter.values.map((type) => ({ zone, type })));
  return { locations: offers.map(({ zone }) => zone), instanceTypes: offers.map(({ type }) => type) };
}
