/** What a cache and a cluster that the stack builds may not say together. */
import { entriesOf, given, isWrong, type Parts } from "../../config/parts.js";
import { joinPath } from "../../config/parse.js";
import { checkRepeated, error, listOr, type Problem, quote, warning } from "../../config/problems.js";
import type { CacheConfig } from "../../contract/cache.js";
import { notOfCluster, statedZones } from "../network/zones.js";
import { ephemeralStorage } from "../nodes/ephemeralStorage.js";
import { hasLocalStorage } from "../nodes/localStorage.js";
import { LOCAL_DISKS } from "../nodes/nodeConfig.js";
import type { BuiltClusterConfig, BuiltNodeGroup } from "../schema.js";

/** A cache of one kind. */
type CacheOf<Kind extends CacheConfig["kind"]> = Extract<CacheConfig, { kind: Kind }>;

/** Where the two sections stand, such as `vllm:cache` and `vllm:cluster`. */
export interface StoragePaths {
  cache: string;
  cluster: string;
}

/** Errors and warnings of a cache on a cluster to build. */
export function checkStorage(cache: CacheConfig, cluster: Parts<BuiltClusterConfig>, paths: StoragePaths): Problem[] {
  switch (cache.kind) {
    case "efs":
      return checkMountTargets(cache, cluster, paths.cache);
    case "fsx-lustre":
      return checkLustreZone(cache, cluster, paths);
    case "s3":
      return checkRole(cache, paths.cache);
    case "node":
      return checkNodeFolder(cache, cluster, paths);
    default:
      return [];
  }
}

function checkMountTargets(
  { subnetIds }: CacheOf<"efs">,
  { network }: Parts<BuiltClusterConfig>,
  path: string,
): Problem[] {
  if (subnetIds === undefined) return [];
  const at = `${path}.subnetIds`;
  const { existing } = network;
  if (existing === undefined) {
    return [
      error(
        at,
        "the stack's own VPC has one private subnet in each zone, and a mount target goes to each: leave it out",
      ),
    ];
  }
  return [
    ...checkRepeated([...subnetIds], at),
    ...given([existing.privateSubnetIds, existing.additionalSubnetIds], (first, more) => {
      const known = [...first, ...more];
      return subnetIds.flatMap((id, index) =>
        known.includes(id)
          ? []
          : [error(`${at}[${index}]`, `${quote(id)} is none of the cluster's subnets: use ${listOr(known)}`)],
      );
    }),
  ];
}

/** Names of the zones that the stack's own VPC has subnets in; `undefined` where the config counts them, or the VPC is another's. */
function namedZones({ zones, additionalZones, existing }: Parts<BuiltClusterConfig["network"]>): string[] | undefined {
  if (existing !== undefined || isWrong(zones) || typeof zones === "number" || isWrong(additionalZones))
    return undefined;
  const named = [...zones, ...additionalZones];
  return named.some(isWrong) ? undefined : (named as string[]);
}

/** EC2's price between zones, for who sends and for who receives: aws.amazon.com/ec2/pricing/on-demand, as third parties quote it. */
const BETWEEN_ZONES = "$0.01 a GB in each direction";

/** A file system of FSx is in one zone: nodes of others read across, and without that zone nobody reads. */
function checkLustreZone(
  { zone }: CacheOf<"fsx-lustre">,
  { network, gpuNodes }: Parts<BuiltClusterConfig>,
  paths: StoragePaths,
): Problem[] {
  const at = `${paths.cache}.zone`;
  const known = namedZones(network);
  if (zone !== undefined && known?.includes(zone) === false) return [error(at, notOfCluster([zone], known))];
  const home = zone ?? known?.[0];
  const groups = entriesOf(gpuNodes).flatMap(([name, group]) =>
    given([group], (whole) => [{ name, ...statedZones(whole) }]),
  );
  const elsewhere = groups.flatMap(({ name, key, stated = [] }) => {
    const others = stated.filter((one) => home !== undefined && one !== home);
    if (others.length === 0) return [];
    const message =
      `nodes in ${listOr(others)} read weights from the file system in ${home}, for ${BETWEEN_ZONES}: state its zone alone, or use ` +
      `${paths.cache}.kind: efs, which is in every zone`;
    return [warning(`${joinPath(`${paths.cluster}.gpuNodes`, [name])}.${key}`, message)];
  });
  const isMeant = zone !== undefined || (home !== undefined && groups.every(({ stated }) => stated !== undefined));
  if (isMeant) return elsewhere;
  const message =
    `the file system is in the cluster's first zone, and nodes of others read it for ${BETWEEN_ZONES}: state the zone that has the GPUs, ` +
    "and the same as zones of the GPU groups";
  return [warning(at, message), ...elsewhere];
}

/** The stack's own cluster gives pods their roles by Pod Identity. */
function checkRole({ roleArn }: CacheOf<"s3">, path: string): Problem[] {
  if (roleArn === undefined) return [];
  const message = "the stack makes the roles on a cluster that it builds, each for this prefix alone: leave it out";
  return [error(`${path}.roleArn`, message)];
}

/** Folders that the nodes' set-up can name: it is a script. */
const NODE_FOLDER = new RegExp(`^${LOCAL_DISKS}(/(?!\\.{1,2}(/|$))[\\w.-]+)+$`);

function checkNodeFolder(
  { path: folder, budgetGiB }: CacheOf<"node">,
  { gpuNodes }: Parts<BuiltClusterConfig>,
  paths: StoragePaths,
): Problem[] {
  const form = NODE_FOLDER.test(folder)
    ? []
    : [
        error(
          `${paths.cache}.path`,
          `${quote(folder)} is not on the volume of the nodes' NVMe disks: use a folder of plain letters, digits, dots and dashes under ` +
            `${LOCAL_DISKS}, such as ${LOCAL_DISKS}/pulumi-vllm`,
        ),
      ];
  const groups = entriesOf(gpuNodes).flatMap(([name, { instanceTypes, diskGiB, sharing }]) =>
    given([{ instanceTypes, diskGiB, sharing }], (group) =>
      group.sharing === undefined
        ? checkNodeDisks(group, budgetGiB, joinPath(`${paths.cluster}.gpuNodes`, [name]), paths.cache)
        : [],
    ),
  );
  return [...form, ...groups];
}

/** @param path of the group */
function checkNodeDisks(
  group: Pick<BuiltNodeGroup, "instanceTypes" | "diskGiB">,
  budgetGiB: number,
  path: string,
  cachePath: string,
): Problem[] {
  const without = group.instanceTypes.filter((type) => !hasLocalStorage([type]));
  if (without.length > 0) {
    const message =
      `${without.join(", ")} has no NVMe disks that are known of, and ${cachePath}.kind: node keeps weights on those: use types that have ` +
      "some, or a cache of another kind";
    return [error(`${path}.instanceTypes`, message)];
  }
  const least = ephemeralStorage(group);
  if (budgetGiB < least) return [];
  const message =
    `${budgetGiB} GiB leave nothing of the ${least} GiB that pods can have on the smallest node of ${path}, where images are, too: use less, ` +
    "or instance types with larger disks";
  return [error(`${cachePath}.budgetGiB`, message)];
}
