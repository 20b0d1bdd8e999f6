/** Node groups of a config as far as placement reads them, some of them wrong in part. */
import { from, isWrong, type Parts, type Wrong, WRONG } from "../../config/parts.js";
import type { NodeGroup, NodeGroupConfig } from "../../contract/nodeGroup.js";
import { machinesOf } from "../../derive/nodes/nodeGroup.js";
import { candidates, type Demand } from "../../derive/nodes/placement.js";

/** What a group offers to whom. */
export type Offer = Pick<NodeGroup, "purpose" | "gpu" | "capacity">;

/** A group as far as placement reads it. */
export type Place = Omit<NodeGroup, "min" | "max"> & {
  /** Some of its machines are in no table. */
  hasUnknown: boolean;
};

/** Node groups of a config, some of them wrong in part. */
export type GroupParts = { [name: string]: Parts<NodeGroupConfig> } | Wrong | undefined;

/** Something of every group; wrong where one of them is, since nobody can tell what that one would take. */
export function ofEach<T>(
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

export function offerOf({ purpose, gpu, capacity }: Parts<NodeGroupConfig>): Offer | Wrong {
  return from([{ purpose, gpu, capacity }], (offer) => offer);
}

export function placeOf(group: Parts<NodeGroupConfig>): Place | Wrong {
  const { purpose, gpu, instanceTypes, node, capacity, nodeSelector, tolerations, taints } = group;
  return from(
    [
      { purpose, gpu, capacity, nodeSelector, tolerations, taints },
      { instanceTypes, node },
    ],
    (rest, named) => {
      const machines = machinesOf({ ...named, gpu: rest.gpu });
      return { ...rest, machines, hasUnknown: machines.length < (named.instanceTypes?.length ?? 1) };
    },
  );
}

/** GPUs of groups at their largest; `undefined` where nobody can tell. */
export function gpusOf(
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

/** The groups that take a demand, together; `undefined` where nobody can tell. */
export interface Takers {
  names: string[];
  /** At their largest; `undefined` where nobody can tell. */
  gpus: number | undefined;
  /** Some of the nodes are spot nodes. */
  hasSpot: boolean;
}

export function takersOf(demand: Demand, groups: GroupParts): Takers | undefined {
  const places = ofEach(groups, placeOf);
  if (groups === undefined || isWrong(groups) || places === undefined || isWrong(places)) return undefined;
  const takers = candidates(demand, places);
  const names = Object.keys(places).filter((name) => takers.includes(places[name]!));
  const hasSpot = takers.some(({ capacity }) => capacity === "spot");
  return { names, gpus: gpusOf(names, groups, places), hasSpot };
}
