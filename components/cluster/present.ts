/** What there is already, asked before anything is made: so that a refusal of AWS' comes before the first change. */
import * as aws from "@pulumi/aws";
import type { PresentSize } from "./nodes/nodeGroup.js";
import type { BuiltClusterConfig } from "./schema.js";
import { ZONES_OF_EKS } from "./network/network.js";
import { offeringAll } from "./network/zones.js";

/** The cluster and its account as they are. */
export interface PresentCluster {
  /** Absent where there is no cluster of this name yet. */
  kubernetesVersion?: string;
  /** Managed node groups by their name in the config, `system` included. */
  nodeGroups: Readonly<Record<string, PresentGroup>>;
  /** ARN of who asks. */
  caller: string;
  /** There is a log group that EKS made for an earlier cluster of this name. */
  hasOldLogs: boolean;
  zones: PresentZones;
  /** Of an existing network. */
  network?: PresentNetwork;
}

/** Zones, and what they offer. */
export interface PresentZones {
  /** Those that the cluster has subnets in. */
  ofCluster: readonly string[];
  /** Zones of the region by the instance types that they offer, of those that the config names. */
  offering: Readonly<Record<string, readonly string[]>>;
}

/** A managed node group as AWS tells of it. */
export interface PresentGroup extends PresentSize {
  /** Empty where the launch template names the type. */
  instanceTypes: readonly string[];
  /** Release of the AMI, such as `1.36.2-20260714`. */
  amiRelease: string;
  /** EKS' own word, such as `ACTIVE`. */
  status: string;
}

/** A VPC as AWS tells of it. */
export interface PresentNetwork {
  cidrs: readonly string[];
  hasDns: boolean;
  subnets: readonly PresentSubnet[];
}

export interface PresentSubnet {
  id: string;
  vpcId: string;
  zone: string;
  freeAddresses: number;
  /** A route of it leads to an internet gateway. */
  isPublic: boolean;
  /** A route of it leads somewhere outside of the VPC. */
  hasWayOut: boolean;
}

/**
 * The node group's own name, and what the config calls it. Pulumi ends the one with seven hexadecimal digits, EKS wraps its name
 * around that.
 */
function groupOf(autoscalingGroup: string, component: string): { nodeGroupName: string; name: string } | undefined {
  const nodeGroupName = /^eks-(.+-[0-9a-f]{7})-[0-9a-f-]+$/.exec(autoscalingGroup)?.[1];
  if (nodeGroupName?.startsWith(`${component}-`) !== true) return undefined;
  return { nodeGroupName, name: nodeGroupName.slice(component.length + 1, -8) };
}

/**
 * Asks AWS what there is.
 *
 * @param component name of the `EksGpuCluster` that makes the cluster
 */
export async function readPresentCluster(cluster: BuiltClusterConfig, component: string): Promise<PresentCluster> {
  const { name } = cluster;
  const [{ names }, { arn: caller }, network] = await Promise.all([
    aws.eks.getClusters(),
    aws.getCallerIdentity(),
    readNetwork(cluster),
  ]);
  const zones = await readZones(cluster, network.network);
  if (!names.includes(name)) {
    const logs = `/aws/eks/${name}/cluster`;
    const { logGroupNames } = await aws.cloudwatch.getLogGroups({ logGroupNamePrefix: logs });
    // One of this stack's, left by an `up` that failed half-way, has a retention; one that EKS made has none.
    const hasOldLogs =
      logGroupNames.includes(logs) && (await aws.cloudwatch.getLogGroup({ name: logs })).retentionInDays === 0;
    return { nodeGroups: {}, caller, hasOldLogs, zones, ...network };
  }
  const { version } = await aws.eks.getCluster({ name });
  const filters = [{ name: "tag:eks:cluster-name", values: [name] }];
  const groups = await aws.autoscaling.getAmiIds({ filters });
  const found = await Promise.all(
    groups.names.map(async (group): Promise<[string, PresentGroup][]> => {
      const known = groupOf(group, component);
      if (known === undefined) return [];
      const { nodeGroupName } = known;
      const { scalingConfigs, instanceTypes, releaseVersion, status } = await aws.eks.getNodeGroup({
        clusterName: name,
        nodeGroupName,
      });
      const [size] = scalingConfigs;
      if (size === undefined) return [];
      const { minSize: min, maxSize: max, desiredSize: desired } = size;
      return [[known.name, { min, max, desired, instanceTypes, amiRelease: releaseVersion, status }]];
    }),
  );
  return {
    kubernetesVersion: version,
    nodeGroups: Object.fromEntries(found.flat()),
    caller,
    hasOldLogs: false,
    zones,
    ...network,
  };
}

async function readNetwork({ network: { existing } }: BuiltClusterConfig): Promise<{ network?: PresentNetwork }> {
  if (existing === undefined) return {};
  const { vpcId, privateSubnetIds, additionalSubnetIds } = existing;
  const [{ cidrBlockAssociations, enableDnsHostnames, enableDnsSupport }, subnets] = await Promise.all([
    aws.ec2.getVpc({ id: vpcId }),
    Promise.all([...privateSubnetIds, ...additionalSubnetIds].map((id) => readSubnet(id, vpcId))),
  ]);
  const cidrs = cidrBlockAssociations.map(({ cidrBlock }) => cidrBlock);
  return { network: { cidrs, hasDns: enableDnsHostnames && enableDnsSupport, subnets } };
}

async function readZones(
  { network, gpuNodes, systemNodes }: BuiltClusterConfig,
  present: PresentNetwork | undefined,
): Promise<PresentZones> {
  const groups = [systemNodes, ...Object.values(gpuNodes)];
  const values = [...new Set(groups.flatMap(({ instanceTypes }) => instanceTypes))];
  const { instanceTypes, locations } = await aws.ec2.getInstanceTypeOfferings({
    locationType: "availability-zone",
    filters: [{ name: "instance-type", values }],
  });
  const offering = values.map((type) => [type, offeringAll([type], instanceTypes, locations)] as const);
  return { ofCluster: await zonesOf(network, present), offering: Object.fromEntries(offering) };
}

async function zonesOf(
  { zones, additionalZones }: BuiltClusterConfig["network"],
  present: PresentNetwork | undefined,
): Promise<string[]> {
  if (present !== undefined) return [...new Set(present.subnets.map(({ zone }) => zone))];
  const first =
    typeof zones === "number" ? (await aws.getAvailabilityZones(ZONES_OF_EKS)).names.slice(0, zones) : zones;
  return [...first, ...additionalZones];
}

async function readSubnet(id: string, vpcId: string): Promise<PresentSubnet> {
  const tablesOf = (name: string, value: string) =>
    aws.ec2.getRouteTables({ vpcId, filters: [{ name, values: [value] }] });
  const [subnet, own, main] = await Promise.all([
    aws.ec2.getSubnet({ id }),
    tablesOf("association.subnet-id", id),
    tablesOf("association.main", "true"),
  ]);
  // A subnet without a route table of its own goes by the VPC's main one.
  const table = own.ids[0] ?? main.ids[0];
  const routes = table === undefined ? [] : (await aws.ec2.getRouteTable({ routeTableId: table })).routes;
  return {
    id,
    vpcId: subnet.vpcId,
    zone: subnet.availabilityZone,
    freeAddresses: subnet.availableIpAddressCount,
    isPublic: routes.some(({ gatewayId }) => gatewayId.startsWith("igw-")),
    hasWayOut: routes.some(({ cidrBlock, gatewayId }) => cidrBlock === "0.0.0.0/0" && gatewayId !== "local"),
  };
}
