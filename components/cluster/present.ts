/** What there is already, asked before anything is made: so that a refusal of AWS' comes before the first change. */
import { isDeepStrictEqual } from "node:util";
import * as aws from "@pulumi/aws";
import { entriesOf } from "../config/parts.js";
import { error, type Problem, quote, warning } from "../config/problems.js";
import type { PresentSize } from "./nodes/nodeGroup.js";
import type { BuiltClusterConfig } from "./schema.js";
import { ZONES_OF_EKS } from "./network/network.js";
import { overlap } from "./network/subnets.js";
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

/**
 * What AWS would refuse, or do otherwise than is meant, given what there is.
 *
 * @param path where the cluster stands in the config, such as `vllm:cluster`
 */
export function checkPresentCluster(cluster: BuiltClusterConfig, present: PresentCluster, path: string): Problem[] {
  return [
    ...checkUpgrade(cluster.kubernetesVersion, present.kubernetesVersion, `${path}.kubernetesVersion`),
    ...(present.kubernetesVersion === undefined ? checkCreator(cluster, present.caller, path) : []),
    ...(present.hasOldLogs ? [oldLogs(cluster.name, path)] : []),
    ...checkBlocks(cluster, present, path),
    ...checkGroups(cluster, present, path),
    ...checkZones(cluster, present.zones, path),
    ...(present.network === undefined
      ? []
      : checkSubnets(cluster, present.network, present.kubernetesVersion === undefined, `${path}.network.existing`)),
  ];
}

const minorOf = (version: string): number => Number(version.split(".")[1]);

/** EKS goes one minor version at a time, and never back: docs.aws.amazon.com/eks/latest/userguide/update-cluster.html */
function checkUpgrade(wanted: string, present: string | undefined, path: string): Problem[] {
  if (present === undefined) return [];
  const step = minorOf(wanted) - minorOf(present);
  if (step < 0) {
    return [error(path, `the cluster runs ${present}, and EKS does not go back to ${wanted}: use ${present} or later`)];
  }
  if (step <= 1) return [];
  const next = `1.${minorOf(present) + 1}`;
  const message = `the cluster runs ${present}, and EKS goes one minor version at a time: use ${next}, run \`pulumi up\`, and then the next`;
  return [error(path, message)];
}

/** Account and name of a role or user; the path is left out, since a session's ARN lacks it. */
function principalOf(arn: string): string {
  const [, , , , account, resource = ""] = arn.split(":");
  const [kind, ...rest] = resource.split("/");
  // arn:aws:sts::123456789012:assumed-role/NAME/SESSION
  const name = kind === "assumed-role" ? rest[0] : rest.at(-1);
  return `${account} ${kind === "user" ? "user" : "role"} ${name}`;
}

/** EKS gives the creator an entry, and takes no second one: ResourceInUseException. */
function checkCreator({ access }: BuiltClusterConfig, caller: string, path: string): Problem[] {
  return entriesOf(access).flatMap(([name, { principalArn }]) =>
    typeof principalArn === "string" && principalOf(principalArn) === principalOf(caller)
      ? [
          error(
            `${path}.access.${name}.principalArn`,
            `${quote(principalArn)} is who creates the cluster, which EKS makes its administrator by itself: leave the entry out`,
          ),
        ]
      : [],
  );
}

/** The control plane's last lines come after its log group has been deleted, and EKS makes the group anew for them. */
function oldLogs(name: string, path: string): Problem {
  const group = `/aws/eks/${name}/cluster`;
  return error(
    `${path}.name`,
    `the log group ${group} of an earlier cluster is still there, and AWS makes no second one: keep what you need of it, then ` +
      `\`aws logs delete-log-group --log-group-name ${group}\``,
  );
}

/** docs.aws.amazon.com/eks/latest/userguide/capacity-blocks-mng.html */
function checkBlocks(cluster: BuiltClusterConfig, present: PresentCluster, path: string): Problem[] {
  if (present.kubernetesVersion === undefined) return [];
  return Object.entries(cluster.gpuNodes).flatMap(([name, { reservation }]) => {
    const { desired: running = 0, amiRelease } = present.nodeGroups[name] ?? {};
    if (reservation?.type !== "capacity-block" || running === 0) return [];
    const wanted = cluster.amiRelease ?? amiRelease;
    if (present.kubernetesVersion === cluster.kubernetesVersion && amiRelease === wanted) return [];
    const message =
      `the group has ${running} nodes in a Capacity Block, and EKS updates such a group only while it is ` +
      "empty: scale its models down, set min to 0 and the group's desired size to 0, and run this again";
    return [error(`${path}.gpuNodes.${name}`, message)];
  });
}

/** Zones that a group's nodes can be in: those that are stated, or those of the cluster, which offer all of its types. */
function checkZones(cluster: BuiltClusterConfig, { ofCluster, offering }: PresentZones, path: string): Problem[] {
  const groups = [
    ["systemNodes", cluster.systemNodes.instanceTypes, undefined] as const,
    ...Object.entries(cluster.gpuNodes).map(
      ([name, { instanceTypes, reservation, zones }]) =>
        [`gpuNodes.${name}`, instanceTypes, reservation === undefined ? zones : [reservation.zone]] as const,
    ),
  ];
  return groups.flatMap(([at, types, stated]) => {
    const strangers = stated?.filter((zone) => !ofCluster.includes(zone)) ?? [];
    if (strangers.length > 0) {
      const message =
        `${strangers.map((zone) => quote(zone)).join(", ")} is not one of the cluster's zones (${ofCluster.join(", ")}): name one of those, ` +
        "or add it to network.additionalZones";
      return [error(`${path}.${at}.${stated === undefined ? "" : zonesKey(cluster, at)}`, message)];
    }
    const wanted = stated ?? ofCluster;
    const able = wanted.filter((zone) => types.every((type) => offering[type]?.includes(zone)));
    if (able.length === (stated ?? able).length && able.length > 0) return [];
    const everywhere = types.map((type) => offering[type] ?? []);
    const elsewhere = (everywhere[0] ?? []).filter((zone) => everywhere.every((zones) => zones.includes(zone)));
    const message =
      `not all of ${types.join(", ")} are offered in ${wanted.join(", ")}: ` +
      (elsewhere.length === 0
        ? "no zone of the region offers all of them, so use other types"
        : `${elsewhere.join(", ")} would do, so use that (network.additionalZones adds a zone), or other types`);
    return [error(`${path}.${at}.instanceTypes`, message)];
  });
}

/** The day of an AMI's release, as eight digits; empty of one of the user's own. */
function dayOf(release: string): string {
  return /\d{8}$/.exec(release)?.[0] ?? "";
}

/** Where a group's zones are stated. */
function zonesKey({ gpuNodes }: BuiltClusterConfig, at: string): string {
  return gpuNodes[at.replace("gpuNodes.", "")]?.reservation === undefined ? "zones" : "reservation.zone";
}

/** Groups that are broken, and groups whose change costs their pods more than a drain. */
function checkGroups(cluster: BuiltClusterConfig, present: PresentCluster, path: string): Problem[] {
  const { gpuNodes, systemNodes } = cluster;
  const wanted = { ...gpuNodes, system: systemNodes };
  return Object.entries(wanted).flatMap(([name, { instanceTypes }]) => {
    const group = present.nodeGroups[name];
    if (group === undefined) return [];
    const at = name === "system" ? `${path}.systemNodes` : `${path}.gpuNodes.${name}`;
    if (group.status === "CREATE_FAILED") {
      const message =
        "EKS could not make this node group, which Pulumi may take for one that it made: see why with `aws eks describe-nodegroup`, delete " +
        "the group there, and run `pulumi refresh`";
      return [error(at, message)];
    }
    const older = cluster.amiRelease !== undefined && dayOf(cluster.amiRelease) < dayOf(group.amiRelease);
    if (older) {
      const message = `the nodes have ${group.amiRelease}, and EKS does not go back to ${cluster.amiRelease}: use that or a later release`;
      return [error(`${path}.amiRelease`, message)];
    }
    const isSame = group.instanceTypes.length === 0 || isDeepStrictEqual([...group.instanceTypes], instanceTypes);
    if (isSame || group.desired === 0) return [];
    const message =
      `the group runs ${group.instanceTypes.join(", ")}, and other types replace it: its ${group.desired} nodes go within minutes, whatever their ` +
      "pods' drains say. Without a pause: add a group of the new types, wait until its nodes serve, and take this one out then";
    return [warning(`${at}.instanceTypes`, message)];
  });
}

/** Free addresses that EKS needs in each subnet of the control plane, and those that it advises: network-reqs.html, as above. */
const FREE_ADDRESSES = { needed: 6, advised: 16 };

function fewAddresses({ id, freeAddresses }: PresentSubnet, path: string): Problem {
  const { needed, advised } = FREE_ADDRESSES;
  const message = `${id} has ${freeAddresses} free addresses; beside nodes and pods EKS needs ${needed} and advises ${advised}: name another`;
  return freeAddresses < needed ? error(path, message) : warning(path, message);
}

/** @param isNew there is no cluster yet */
function checkSubnets(
  cluster: BuiltClusterConfig,
  { cidrs, hasDns, subnets }: PresentNetwork,
  isNew: boolean,
  path: string,
): Problem[] {
  const vpcId = cluster.network.existing?.vpcId ?? "";
  const first = cluster.network.existing?.privateSubnetIds.length ?? 0;
  const inVpc = subnets.slice(0, first).filter((subnet) => subnet.vpcId === vpcId);
  const zones = new Set(inVpc.map(({ zone }) => zone));
  const each = subnets.flatMap((subnet, index) => {
    const at = index < first ? `${path}.privateSubnetIds[${index}]` : `${path}.additionalSubnetIds[${index - first}]`;
    if (subnet.vpcId !== vpcId) {
      return [error(at, `${subnet.id} is in ${subnet.vpcId}, not in ${vpcId}: name subnets of one VPC`)];
    }
    return [
      ...(subnet.isPublic
        ? [error(at, `${subnet.id} is public, a route of it leads to an internet gateway: name private subnets`)]
        : []),
      ...(isNew && !subnet.isPublic && !subnet.hasWayOut
        ? [
            warning(
              at,
              `${subnet.id} has no route out of the VPC: images and weights come only through endpoints and mirrors of your own`,
            ),
          ]
        : []),
      // Of a cluster that runs, its own nodes and pods fill them.
      ...(isNew && index < first && subnet.freeAddresses < FREE_ADDRESSES.advised ? [fewAddresses(subnet, at)] : []),
    ];
  });
  const services = cidrs.filter((cidr) => overlap(cidr, cluster.network.serviceCidr));
  return [
    ...each,
    ...(zones.size < 2 && inVpc.length > 1
      ? [
          error(
            `${path}.privateSubnetIds`,
            `all subnets are in ${[...zones].join("")}, and EKS needs two zones: add one in another zone`,
          ),
        ]
      : []),
    ...(hasDns
      ? []
      : [
          error(
            `${path}.vpcId`,
            `${vpcId} has DNS hostnames or DNS resolution off, and nodes could not register: turn both on`,
          ),
        ]),
    ...services.map((cidr) =>
      error(
        `${path.replace(/\.existing$/, "")}.serviceCidr`,
        `"${cluster.network.serviceCidr}" overlaps the VPC's ${cidr}: use a range of its own`,
      ),
    ),
  ];
}
