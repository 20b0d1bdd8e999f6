/** What AWS would refuse, given what there is. */
import { isDeepStrictEqual } from "node:util";
import { entriesOf } from "../config/parts.js";
import { error, type Problem, quote, warning } from "../config/problems.js";
import { overlap } from "./network/subnets.js";
import { notOfCluster, statedZones, type ZonedGroup, zonesFor } from "./network/zones.js";
import type { PresentCluster, PresentNetwork, PresentSubnet, PresentZones } from "./present.js";
import type { BuiltClusterConfig } from "./schema.js";

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
    ...checkAmi(cluster, present, path),
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
  const { instanceTypes } = cluster.systemNodes;
  const groups: [at: string, group: ZonedGroup][] = [
    [`${path}.systemNodes`, { instanceTypes }],
    ...Object.entries(cluster.gpuNodes).map(([name, group]): [string, ZonedGroup] => [
      `${path}.gpuNodes.${name}`,
      group,
    ]),
  ];
  return groups.flatMap(([at, group]) => {
    const types = group.instanceTypes;
    const { key, stated } = statedZones(group);
    const strangers = stated?.filter((zone) => !ofCluster.includes(zone)) ?? [];
    if (strangers.length > 0) return [error(`${at}.${key}`, notOfCluster(strangers, ofCluster))];
    const [first = [], ...others] = types.map((type) => offering[type] ?? []);
    const able = first.filter((zone) => others.every((zones) => zones.includes(zone)));
    if (zonesFor(stated, ofCluster, able) !== undefined) return [];
    const message =
      `not all of ${types.join(", ")} are offered in ${(stated ?? ofCluster).join(", ")}: ` +
      (able.length === 0
        ? "no zone of the region offers all of them, so use other types"
        : `${able.join(", ")} would do, so use that (network.additionalZones adds a zone), or other types`);
    return [error(`${at}.instanceTypes`, message)];
  });
}

/** The day of an AMI's release, as eight digits; empty of one of the user's own. */
function dayOf(release: string): string {
  return /\d{8}$/.exec(release)?.[0] ?? "";
}

/** EKS puts no older AMI onto nodes: docs.aws.amazon.com/eks/latest/userguide/update-managed-node-group.html */
function checkAmi({ amiRelease }: BuiltClusterConfig, { nodeGroups }: PresentCluster, path: string): Problem[] {
  if (amiRelease === undefined) return [];
  const newer = Object.values(nodeGroups).find((group) => dayOf(amiRelease) < dayOf(group.amiRelease));
  if (newer === undefined) return [];
  const message = `the nodes have ${newer.amiRelease}, and EKS does not go back to ${amiRelease}: use that or a later release`;
  return [error(`${path}.amiRelease`, message)];
}

/** Groups that are broken, and groups whose change costs their pods more than a drain. */
function checkGroups({ gpuNodes, systemNodes }: BuiltClusterConfig, present: PresentCluster, path: string): Problem[] {
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
