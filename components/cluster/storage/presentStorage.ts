/** What AWS would refuse of a cache's storage, given what there is. */
import { error, listOr, type Problem, warning } from "../../config/problems.js";
import type { CacheConfig } from "../../contract/cache.js";
import { notOfCluster } from "../network/zones.js";
import type { PresentCluster, PresentNetwork } from "../present.js";

/** @param path where the cache stands in the config, such as `vllm:cache` */
export function checkPresentStorage(
  cache: CacheConfig,
  { zones: { ofCluster }, network }: Pick<PresentCluster, "zones" | "network">,
  path: string,
): Problem[] {
  if (cache.kind === "efs" && network !== undefined) return checkMountTargets(cache.subnetIds, network, path);
  if (cache.kind !== "fsx-lustre" || cache.zone === undefined || ofCluster.includes(cache.zone)) return [];
  return [error(`${path}.zone`, notOfCluster([cache.zone], ofCluster))];
}

/** EFS takes one mount target in a zone: docs.aws.amazon.com/efs/latest/ug/accessing-fs.html */
function checkMountTargets(
  stated: readonly string[] | undefined,
  { subnets }: PresentNetwork,
  path: string,
): Problem[] {
  const at = `${path}.subnetIds`;
  const chosen = stated === undefined ? subnets : subnets.filter(({ id }) => stated.includes(id));
  const firstOfZone = new Map([...chosen].reverse().map(({ id, zone }) => [zone, id]));
  const second = chosen.find(({ id, zone }) => firstOfZone.get(zone) !== id);
  if (second !== undefined) {
    const one = [...new Set(chosen.map(({ zone }) => firstOfZone.get(zone)!))];
    const message = `${firstOfZone.get(second.zone)} and ${second.id} are both in ${second.zone}, and EFS takes one mount target in a zone: use [${one.join(", ")}]`;
    return [error(at, message)];
  }
  const without = [...new Set(subnets.map(({ zone }) => zone))].filter((zone) => !firstOfZone.has(zone));
  if (without.length === 0) return [];
  return [
    warning(
      at,
      `nodes in ${listOr(without)} find no mount target in their zone, and read from another: name a subnet of each`,
    ),
  ];
}
