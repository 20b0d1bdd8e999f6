/** Whether releases find nodes: each alone, and all of them together. */
import { from, given, isWrong, type Parts, type Wrong, WRONG } from "../config/parts.js";
import { error, type Problem, warning } from "../config/problems.js";
import type { NodeGroup, NodeGroupConfig } from "../contract/nodeGroup.js";
import { machinesNamed } from "../derive/nodeGroup.js";
import { candidates, type Demand, offering } from "../derive/placement.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { GpuType } from "../facts/gpus.js";
import { machinesWith } from "../facts/machines/index.js";

/** What a group offers to whom. */
type Offer = Pick<NodeGroup, "purpose" | "gpu" | "capacity">;

/** A group as far as placement reads it. */
type Place = Omit<NodeGroup, "min" | "max"> & {
  /** Some of its machines are in no table. */
  hasUnknown: boolean;
};

/** Node groups of a config, some of them wrong in part. */
export type GroupParts = { [name: string]: Parts<NodeGroupConfig> } | Wrong | undefined;

/** Something of every group; wrong where one of them is, since nobody can tell what that one would take. */
function ofEach<T>(
  groups: GroupParts,
  read: (group: Parts<NodeGroupConfig>) => T | Wrong,
): Readonly<Record<string, T>> | undefined | Wrong {
  if (groups === undefined || isWrong(groups)) return groups;
  const all: [string, T][] = [];
  for (const [name, group] of Object.entries(groups)) {
    const found = read(group);
    if (isWrong(found)) return WRONG;
    all.push([name, found]);
  }
  return Object.fromEntries(all);
}

function offerOf({ purpose, gpu, capacity }: Parts<NodeGroupConfig>): Offer | Wrong {
  return from([{ purpose, gpu, capacity }], (offer) => offer);
}

function placeOf(group: Parts<NodeGroupConfig>): Place | Wrong {
  const { purpose, gpu, instanceTypes, capacity, nodeSelector, tolerations } = group;
  return from([{ purpose, gpu, capacity, nodeSelector, tolerations }, instanceTypes], (rest, names) => {
    const machines = machinesNamed(names);
    return { ...rest, machines, hasUnknown: machines.length < names.length };
  });
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
  const offers = ofEach(groups, offerOf);
  const places = ofEach(groups, placeOf);
  return [
    ...(groups === undefined || isWrong(groups) || places === undefined || isWrong(places)
      ? []
      : checkCapacity(releases, groups, places, path)),
    ...releases.flatMap((release) => checkPlacement(release, offers, places)),
  ];
}

function demandOf({ plan }: PlacedRelease): Demand | Wrong {
  const { class: trafficClass, gpu } = plan;
  return from([trafficClass, gpu.type, gpu.count], (wanted, type, count) => ({ class: wanted, gpu: { type, count } }));
}

/** Problems of a release with the node groups described; without them, with all machines that are known. */
function checkPlacement(
  release: PlacedRelease,
  offers: Readonly<Record<string, Offer>> | undefined | Wrong,
  places: Readonly<Record<string, Place>> | undefined | Wrong,
): Problem[] {
  const { path, plan } = release;
  const { gpu } = plan;
  if (offers === undefined) {
    return given([gpu.type, gpu.count], (type, count) => checkAnyMachine(type, count, `${path}.gpu.count`));
  }
  if (isWrong(offers)) return [];
  const unoffered = given([plan.class, gpu.type], (trafficClass, type) =>
    offering({ class: trafficClass, gpu: { type } }, offers).length > 0
      ? []
      : [notOffered(type, trafficClass, offers, `${path}.gpu.type`)],
  );
  const demand = demandOf(release);
  if (unoffered.length > 0 || isWrong(demand) || places === undefined || isWrong(places)) return unoffered;
  const fitting = candidates(demand, places);
  if (fitting.length === 0) {
    const most = Math.max(
      ...offering(demand, places)
        .flatMap(({ machines }) => machines)
        .map(({ gpus }) => gpus),
    );
    const message = `${demand.gpu.count} GPUs are more than a node has: use at most ${most}, or larger instance types`;
    return [error(`${path}.gpu.count`, message)];
  }
  const machines = fitting.flatMap((group) => group.machines);
  return machines.length === 0 ? [] : checkSize(plan.resources, machines, `${path}.resources`);
}

function checkAnyMachine(gpu: GpuType, count: number, path: string): Problem[] {
  const most = Math.max(...machinesWith(gpu).map(({ gpus }) => gpus));
  if (count <= most) return [];
  return [error(path, `no machine of the tables has ${count} × ${gpu}: use at most ${most}`)];
}

function notOffered(gpu: string, trafficClass: string, offers: Readonly<Record<string, Offer>>, path: string): Problem {
  const described = Object.entries(offers).map(
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
  /** Absent where a release's most is wrong. */
  most: number | undefined;
  surge: number;
}

/**
 * Whether the node groups have GPUs for all models together: too few for the least replicas is an error, too few for the
 * most of them and a rollout beside them a warning.
 */
function checkCapacity(
  releases: readonly PlacedRelease[],
  groups: Exclude<GroupParts, Wrong | undefined>,
  places: Readonly<Record<string, Place>>,
  path: string,
): Problem[] {
  const pools = new Map<string, Pool>();
  for (const release of releases) {
    const demand = demandOf(release);
    const { min, max } = release.plan.autoscaling;
    if (isWrong(demand) || isWrong(min)) continue;
    const takers = candidates(demand, places);
    const names = Object.keys(places).filter((name) => takers.includes(places[name]!));
    const gpus = gpusOf(names, groups, places);
    // Groups whose size is not known may have room for anything.
    if (names.length === 0 || gpus === undefined) continue;
    const key = names.join(" and ");
    const pool = pools.get(key) ?? { gpus, least: 0, most: 0, surge: 0 };
    const { count } = demand.gpu;
    const wanted = from([max, release.warmSpares], (most, spares) => (most + spares) * count);
    pools.set(key, {
      gpus,
      least: pool.least + min * count,
      most: pool.most === undefined || isWrong(wanted) ? undefined : pool.most + wanted,
      surge: Math.max(pool.surge, count),
    });
  }
  return [...pools].flatMap(([names, pool]) => checkPool(names, pool, path));
}

/** GPUs of groups at their largest; `undefined` where nobody can tell. */
function gpusOf(
  names: readonly string[],
  groups: Exclude<GroupParts, Wrong | undefined>,
  places: Readonly<Record<string, Place>>,
): number | undefined {
  let gpus = 0;
  for (const name of names) {
    const { max } = groups[name]!;
    const { machines, hasUnknown } = places[name]!;
    if (isWrong(max) || hasUnknown) return undefined;
    gpus += max * Math.max(0, ...machines.map((machine) => machine.gpus));
  }
  return gpus;
}

function checkPool(names: string, { gpus, least, most, surge }: Pool, path: string): Problem[] {
  if (least > gpus) {
    const message = `the models need ${least} GPUs of ${names} at the least, and at max nodes there are ${gpus}: raise max, or lower autoscaling.min`;
    return [error(path, message)];
  }
  if (most !== undefined && most + surge > gpus) {
    const message =
      `the models may want ${most} GPUs of ${names}, and ${surge} more while one is rolled out, and at max nodes there are ${gpus}: ` +
      "raise max, or expect pods to wait";
    return [warning(path, message)];
  }
  return [];
}
