/** Whether releases find nodes: each alone, and all of them together. */
import { from, given, isWhole, isWrong, type Parts, WRONG, type Wrong } from "../config/parts.js";
import { error, type Problem, warning } from "../config/problems.js";
import type { NodeGroup, NodeGroupConfig } from "../contract/nodeGroup.js";
import { machinesNamed } from "../derive/nodeGroup.js";
import { candidates, type Demand, offering } from "../derive/placement.js";
import type { RuntimePlan } from "../derive/plan.js";
import { machinesWith } from "../facts/machines/index.js";

/** A group as far as placement reads it. */
type Place = Omit<NodeGroup, "min" | "max">;
type Places = Readonly<Record<string, Place>>;

/** Node groups of a config, some of them wrong in part. */
export type GroupParts = { [name: string]: Parts<NodeGroupConfig> } | Wrong | undefined;

/** Every group by what placement reads of it; wrong where one of them is, since nobody can tell what it would take. */
function placesOf(groups: GroupParts): Places | undefined | Wrong {
  if (groups === undefined || isWrong(groups)) return groups;
  const places: [string, Place][] = [];
  for (const [name, group] of Object.entries(groups)) {
    const { purpose, gpu, instanceTypes, capacity, nodeSelector, tolerations } = group;
    const place = from([{ purpose, gpu, capacity, nodeSelector, tolerations }, instanceTypes], (rest, names) => ({
      ...rest,
      machines: machinesNamed(names),
    }));
    if (isWrong(place)) return WRONG;
    places.push([name, place]);
  }
  return Object.fromEntries(places);
}

/** A release, and where it stands in the config. */
export interface PlacedRelease {
  plan: Parts<RuntimePlan>;
  /** Those of the model, for its routed release. */
  warmSpares: number | Wrong;
  path: string;
}

/** Every release against the node groups, and all of them together. @param path of the groups */
export function checkPlacements(releases: readonly PlacedRelease[], groups: GroupParts, path: string): Problem[] {
  const places = placesOf(groups);
  if (isWrong(places)) return [];
  return [
    ...(groups === undefined || isWrong(groups) || places === undefined
      ? []
      : checkCapacity(releases, groups, places, path)),
    ...releases.flatMap((release) => checkPlacement(release, places)),
  ];
}

function demandOf({ plan }: PlacedRelease): Demand | Wrong {
  const { class: trafficClass, gpu } = plan;
  return from([trafficClass, gpu.type, gpu.count], (wanted, type, count) => ({ class: wanted, gpu: { type, count } }));
}

/** Problems of a release with the node groups described; without them, with all machines that are known. */
function checkPlacement(release: PlacedRelease, places: Places | undefined): Problem[] {
  const { path, plan } = release;
  const demand = demandOf(release);
  if (isWrong(demand)) return [];
  const { class: trafficClass, gpu } = demand;
  if (places === undefined) {
    const most = Math.max(...machinesWith(gpu.type).map(({ gpus }) => gpus));
    if (gpu.count <= most) return [];
    const message = `no machine of the tables has ${gpu.count} × ${gpu.type}: use at most ${most}`;
    return [error(`${path}.gpu.count`, message)];
  }
  const offered = offering(demand, places);
  if (offered.length === 0) return [notOffered(gpu.type, trafficClass, places, `${path}.gpu.type`)];
  const fitting = candidates(demand, places);
  if (fitting.length === 0) {
    const most = Math.max(...offered.flatMap(({ machines }) => machines).map(({ gpus }) => gpus));
    const message = `${gpu.count} GPUs are more than a node has: use at most ${most}, or larger instance types`;
    return [error(`${path}.gpu.count`, message)];
  }
  const machines = fitting.flatMap((group) => group.machines);
  return machines.length === 0 ? [] : checkSize(plan.resources, machines, `${path}.resources`);
}

function notOffered(gpu: string, trafficClass: string, places: Places, path: string): Problem {
  const described = Object.entries(places).map(
    ([name, group]) => `${name} (${group.gpu}, ${group.purpose}, ${group.capacity})`,
  );
  const wanted =
    trafficClass === "interactive"
      ? "purpose inference and capacity on-demand, since spot nodes go at two minutes' notice"
      : "purpose batch";
  return error(
    path,
    `no node group offers ${gpu} to ${trafficClass} models: add one with ${wanted}, or use another type; ` +
      `there are: ${described.join(", ") || "none"}`,
  );
}

/** What a replica asks for against what the smallest machine can give. */
function checkSize(
  resources: Parts<RuntimePlan["resources"]>,
  machines: NodeGroup["machines"],
  path: string,
): Problem[] {
  const memoryGiB = Math.floor(Math.min(...machines.map(({ allocatable }) => allocatable.memoryGiB)));
  const cpus = Math.min(...machines.map(({ allocatable }) => allocatable.cpus));
  return [
    ...given([resources.memoryGiB], (wanted) => {
      if (wanted <= memoryGiB) return [];
      const message =
        `${wanted} GiB do not fit on the group's smallest node, which can give ${memoryGiB} GiB: ` +
        `ask for at most ${memoryGiB}, or use larger instance types`;
      return [error(`${path}.memoryGiB`, message)];
    }),
    ...given([resources.cpus], (wanted) => {
      if (wanted <= cpus) return [];
      const message =
        `${wanted} cores do not fit on the group's smallest node, which can give ${cpus}: ` +
        `ask for at most ${cpus}, or use larger instance types`;
      return [error(`${path}.cpus`, message)];
    }),
  ];
}

/** GPUs that releases share, and what they want of them. */
interface Pool {
  gpus: number;
  least: number;
  most: number;
  surge: number;
}

/**
 * Whether the node groups have GPUs for all models together: too few for the least replicas is an error, too few for the
 * most of them and a rollout beside them a warning.
 */
function checkCapacity(
  releases: readonly PlacedRelease[],
  groups: Exclude<GroupParts, Wrong | undefined>,
  places: Places,
  path: string,
): Problem[] {
  const pools = new Map<string, Pool>();
  for (const release of releases) {
    const demand = demandOf(release);
    const { min, max } = release.plan.autoscaling;
    const wanted = from([min, max, release.warmSpares], (least, most, spares) => ({ least, most: most + spares }));
    if (isWrong(demand) || isWrong(wanted)) continue;
    const takers = candidates(demand, places);
    const names = Object.keys(places).filter((name) => takers.includes(places[name]!));
    const sizes = names.map((name) => from([groups[name]!.max], (nodes) => nodes * gpusOfNode(places[name]!)));
    // Groups whose size is wrong may have room for anything.
    if (names.length === 0 || !isWhole(sizes)) continue;
    const key = names.join(" and ");
    const gpus = (sizes as number[]).reduce((sum, size) => sum + size, 0);
    const pool = pools.get(key) ?? { gpus, least: 0, most: 0, surge: 0 };
    const { count } = demand.gpu;
    pools.set(key, {
      gpus,
      least: pool.least + wanted.least * count,
      most: pool.most + wanted.most * count,
      surge: Math.max(pool.surge, count),
    });
  }
  return [...pools].flatMap(([names, pool]) => checkPool(names, pool, path));
}

function checkPool(names: string, { gpus, least, most, surge }: Pool, path: string): Problem[] {
  if (least > gpus) {
    const message = `the models need ${least} GPUs of ${names} at the least, and at max nodes there are ${gpus}: raise max, or lower autoscaling.min`;
    return [error(path, message)];
  }
  if (most + surge > gpus) {
    const message =
      `the models may want ${most} GPUs of ${names}, and ${surge} more while one is rolled out, and at max nodes there are ${gpus}: ` +
      "raise max, or expect pods to wait";
    return [warning(path, message)];
  }
  return [];
}

function gpusOfNode({ machines }: Place): number {
  return Math.max(0, ...machines.map(({ gpus }) => gpus));
}
