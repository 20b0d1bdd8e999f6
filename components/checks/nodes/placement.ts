/** Whether releases find nodes: each alone, and all of them together. */
import { from, given, isWrong, type Parts, type Wrong } from "../../config/parts.js";
import { counted, didYouMean, error, listOr, type Problem, quote, warning } from "../../config/problems.js";
import type { PodConfig } from "../../contract/pod.js";
import type { NodeGroup } from "../../contract/nodeGroup.js";
import { areTold, candidates, type Demand, offering } from "../../derive/nodes/placement.js";
import type { SloConfig } from "../../contract/observability/slo.js";
import type { RuntimePlan } from "../../derive/plan.js";
import { diskBesideGiB, mergedPod, sidecarResources } from "../../derive/pod.js";
import type { Machine } from "../../facts/machines/machine.js";
import { machinesWith } from "../../facts/machines/index.js";
import { type GroupParts, gpusOf, type Offer, ofEach, offerOf, type Place, placeOf } from "./places.js";

/** A release, and where it stands in the config. */
export interface PlacedRelease {
  plan: Parts<RuntimePlan>;
  /** Those of the model, for its routed release. */
  warmSpares: number | Wrong;
  /** Service levels that the model states itself. */
  slo?: Parts<SloConfig>;
  path: string;
}

/**
 * Every release against the node groups, and all of them together.
 *
 * @param path of the groups
 * @param pod the stack's section, whose sidecars are on every node that a replica is on @default none
 */
export function checkPlacements(
  releases: readonly PlacedRelease[],
  groups: GroupParts,
  path: string,
  pod?: Parts<PodConfig>,
): Problem[] {
  const places = ofEach(groups, placeOf);
  return [
    ...(groups === undefined || isWrong(groups) || places === undefined || isWrong(places)
      ? []
      : checkCapacity(releases, groups, places, path)),
    ...checkEachPlacement(releases, groups, pod),
  ];
}

/** Every release against the node groups, each alone. */
export function checkEachPlacement(
  releases: readonly PlacedRelease[],
  groups: GroupParts,
  pod?: Parts<PodConfig>,
): Problem[] {
  const offers = ofEach(groups, offerOf);
  const places = ofEach(groups, placeOf);
  return releases.flatMap((release) => checkPlacement(release, offers, places, pod));
}

export function demandOf({ plan }: Pick<PlacedRelease, "plan">): Demand | Wrong {
  const { class: trafficClass, gpu } = plan;
  return from([trafficClass, gpu.type, gpu.count, gpu.nodeGroup], (wanted, type, count, nodeGroup) => ({
    class: wanted,
    gpu: { type, count, nodeGroup },
  }));
}

/** Problems of a release with the node groups described; without them, with all machines that are known. */
function checkPlacement(
  release: PlacedRelease,
  offers: Readonly<Record<string, Offer>> | undefined | Wrong,
  places: Readonly<Record<string, Place>> | undefined | Wrong,
  pod: Parts<PodConfig> | undefined,
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
  const unclear = checkChoice(demand, places, `${path}.gpu.nodeGroup`);
  if (unclear.length > 0) return unclear;
  const fitting = candidates(demand, places);
  if (fitting.length === 0) {
    const most = Math.max(
      ...offering(demand, places)
        .flatMap(({ machines }) => machines)
        .map(({ gpus }) => gpus),
    );
    const message = `${counted(demand.gpu.count, "GPU")} are more than a node has: use at most ${most}, or larger instance types`;
    return [error(`${path}.gpu.count`, message)];
  }
  const machines = fitting.flatMap((group) => group.machines);
  return machines.length === 0 ? [] : checkSize(plan, pod, machines, `${path}.resources`);
}

/** Which of several groups it is that a release runs on is stated, unless they are one to a pod. */
function checkChoice(demand: Demand, places: Readonly<Record<string, Place>>, path: string): Problem[] {
  const { nodeGroup, ...gpu } = demand.gpu;
  const namesOf = (groups: readonly Place[]) => Object.keys(places).filter((name) => groups.includes(places[name]!));
  if (nodeGroup === undefined) {
    const able = candidates({ ...demand, gpu }, places);
    const other = able.find((group) => areTold(group, able[0]!, demand));
    if (other === undefined) return [];
    const [first, second] = namesOf([able[0]!, other]);
    const message =
      `is missing: ${first} and ${second} both offer ${gpu.type} to ${demand.class} models, on nodes with labels or taints of ` +
      "their own, and a pod can ask for those of one: name a group";
    return [error(path, message)];
  }
  // Whether its nodes have GPUs enough is said of the number of GPUs.
  const names = namesOf(offering(demand, places));
  const known = Object.keys(places);
  if (!known.includes(nodeGroup)) {
    const suggestion = didYouMean(nodeGroup, known) || ".";
    return [error(path, `there is no node group ${quote(nodeGroup)}${suggestion} Use ${listOr(names)}`)];
  }
  if (!names.includes(nodeGroup)) {
    const message = `${quote(nodeGroup)} does not offer ${gpu.type} to ${demand.class} models: use ${listOr(names)}`;
    return [error(path, message)];
  }
  const alike = names.find((name) => name !== nodeGroup && !areTold(places[name]!, places[nodeGroup]!, demand));
  if (alike === undefined) return [];
  const message = `nodes of ${nodeGroup} and of ${alike} have the same labels and taints, so no pod can ask for one of them: leave nodeGroup out`;
  return [error(path, message)];
}

function checkAnyMachine(gpu: string, count: number, path: string): Problem[] {
  const machines = machinesWith(gpu);
  const most = Math.max(...machines.map(({ gpus }) => gpus));
  // Of a type that only the config knows there are machines of which nobody knows.
  if (machines.length === 0 || count <= most) return [];
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

/** What a replica asks for, its sidecars included, against what the smallest machine can give. */
function checkSize(
  { resources, pod: own }: Pick<Parts<RuntimePlan>, "resources" | "pod">,
  pod: Parts<PodConfig> | undefined,
  machines: NodeGroup["machines"],
  path: string,
): Problem[] {
  return given([pod, own], (ofStack, ofModel) => {
    const extension = mergedPod(ofStack, ofModel);
    const beside = sidecarResources(extension);
    const least = (of: (machine: Machine) => number) => Math.min(...machines.map(of));
    return [
      ...tooMuch(resources.memoryGiB, beside.memoryGiB, Math.floor(least(({ allocatable }) => allocatable.memoryGiB)), {
        path: `${path}.memoryGiB`,
        unit: "GiB",
      }),
      ...tooMuch(
        resources.cpus,
        beside.cpus,
        least(({ allocatable }) => allocatable.cpus),
        {
          path: `${path}.cpus`,
          unit: "cores",
        },
      ),
      ...tooMuch(
        resources.diskGiB,
        diskBesideGiB(extension),
        least(({ allocatable }) => allocatable.diskGiB ?? Infinity),
        {
          path: `${path}.diskGiB`,
          unit: "GiB",
        },
      ),
    ];
  });
}

/** @param beside what the pod needs of it besides */
function tooMuch(
  asked: Parts<number>,
  beside: number,
  given: number,
  { path, unit }: { path: string; unit: string },
): Problem[] {
  if (isWrong(asked) || asked + beside <= given) return [];
  const kind = unit === "GiB" ? " GiB" : "";
  const rest = beside > 0 ? `, and ${beside}${kind} for what the pod has besides` : "";
  const most = Math.floor((given - beside) * 100) / 100;
  const message =
    `${asked} ${unit}${rest} do not fit on the group's smallest node, which can give ${given}${kind}: ` +
    `ask for at most ${most}, or use larger machines`;
  return [error(path, message)];
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
    if (checkChoice(demand, places, "").length > 0) continue;
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

function checkPool(names: string, { gpus, least, most, surge }: Pool, path: string): Problem[] {
  if (least > gpus) {
    const message = `the models need ${counted(least, "GPU")} of ${names} at the least, and at max nodes there are ${gpus}: raise max, or lower autoscaling.min`;
    return [error(path, message)];
  }
  if (most !== undefined && most + surge > gpus) {
    const message =
      `the models may want ${counted(most, "GPU")} of ${names}, and ${surge} more while one is rolled out, and at max nodes there are ${gpus}: ` +
      "raise max, or expect pods to wait";
    return [warning(path, message)];
  }
  return [];
}
