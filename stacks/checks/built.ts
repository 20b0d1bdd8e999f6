/** What a cluster that the stack builds and the config's other sections may not say together. */
import { ephemeralStorage } from "../../components/cluster/nodes/ephemeralStorage.js";
import type { BuiltClusterConfig, BuiltNodeGroup } from "../../components/cluster/schema.js";
import { checkStorage } from "../../components/cluster/storage/check.js";
import { entriesOf, given, isWhole, isWrong, type Parts, type Wrong, WRONG } from "../../components/config/parts.js";
import { joinPath } from "../../components/config/parse.js";
import { error, type Problem, warning } from "../../components/config/problems.js";
import { demandOf, type PlacedRelease } from "../../components/checks/nodes/placement.js";
import type { CacheConfig } from "../../components/contract/cache.js";
import type { PodConfig } from "../../components/contract/pod.js";
import { graceSeconds } from "../../components/derive/budgets.js";
import { downloadedPrecision } from "../../components/derive/model.js";
import { describedGroup } from "../../components/derive/nodes/nodeGroup.js";
import { candidates } from "../../components/derive/nodes/placement.js";
import { diskBesideGiB, mergedPod } from "../../components/derive/pod.js";
import { weightsOnDiskGiB } from "../../components/derive/memory/resources.js";
import { AWS_MACHINES, karpenterMemoryGiB } from "../../components/facts/machines/aws.js";
import { PRICES } from "../../components/facts/prices/aws.js";
import type { PlatformConfig } from "../../components/platform/schema.js";

/** The sections, as far as they are right. */
export interface BuiltSections {
  built: Parts<BuiltClusterConfig>;
  platform: Parts<PlatformConfig>;
  cache: CacheConfig | Wrong | undefined;
  releases: readonly PlacedRelease[];
  /** What all pods get besides. */
  pod: Parts<PodConfig> | undefined;
}

/** @param prefix of each path, such as `vllm:` */
export function checkBuilt(sections: BuiltSections, prefix: string): Problem[] {
  return [
    checkSharing,
    checkSharedByKarpenter,
    checkMig,
    checkAutoscaler,
    checkDrains,
    checkDisks,
    checkKarpenterMemory,
    checkIdle,
    checkCache,
    checkFetches,
  ].flatMap((check) => check(sections, prefix));
}

/** GPUs that several pods share need to be asked for in two places: the nodes, and the device plugin. */
function checkSharing({ built, platform }: BuiltSections, prefix: string): Problem[] {
  const shared = entriesOf(built.gpuNodes).filter(([, { sharing }]) => sharing !== undefined && !isWrong(sharing));
  const path = `${prefix}platform.addons.devicePlugin.timeSlicingReplicas`;
  return given([platform.addons.devicePlugin.timeSlicingReplicas], (replicas) => {
    if (replicas === undefined) {
      return shared.map(([name]) =>
        error(
          `${joinPath(`${prefix}cluster.gpuNodes`, [name])}.sharing`,
          `how many pods share a GPU is not said: set ${path}, or leave sharing out`,
        ),
      );
    }
    if (shared.length > 0 || isWrong(built.gpuNodes)) return [];
    return [warning(path, "no group of nodes shares its GPUs: set sharing: time-slicing on one, or leave this out")];
  });
}

/**
 * Karpenter makes a node for a pod only where it knows that the node will have what the pod asks for, and it knows no shares
 * (computeCapacity, pkg/providers/instancetype/types.go of aws/karpenter-provider-aws, 1.15.1).
 */
function checkSharedByKarpenter({ built }: BuiltSections, prefix: string): Problem[] {
  return given([built.nodes], (nodes) => {
    if (nodes !== "karpenter") return [];
    return entriesOf(built.gpuNodes)
      .filter(([, { sharing }]) => sharing !== undefined && !isWrong(sharing))
      .map(([name]) =>
        error(
          `${joinPath(`${prefix}cluster.gpuNodes`, [name])}.sharing`,
          "Karpenter knows of no shares of a GPU, and would make no node for a pod that asks for one: use nodes: managed, or leave it out",
        ),
      );
  });
}

/** Slices are made by NVIDIA's MIG manager, which is part of the GPU operator. */
function checkMig({ platform }: BuiltSections, prefix: string): Problem[] {
  return given([platform.addons.devicePlugin.migStrategy], (strategy) => {
    if (strategy === "none") return [];
    const message =
      "nothing on a cluster that the stack builds cuts GPUs into slices: that is the work of the MIG manager of NVIDIA's GPU operator, which " +
      "brings a device plugin of its own. Leave it out, or install the operator in an existing cluster";
    return [error(`${prefix}platform.addons.devicePlugin.migStrategy`, message)];
  });
}

function checkAutoscaler({ built, platform }: BuiltSections, prefix: string): Problem[] {
  return given([built.nodes, platform.addons.clusterAutoscaler.install], (nodes, install) => {
    if (nodes !== "karpenter" || install !== true) return [];
    const message = "Karpenter makes the GPU nodes, and the autoscaler would resize none of them: leave it out";
    return [error(`${prefix}platform.addons.clusterAutoscaler.install`, message)];
  });
}

/** docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html */
const NODE_DRAIN_SECONDS = 15 * 60;

/** The path of a release's model. */
const modelPath = ({ path }: PlacedRelease): string => path.replace(/\.releases\b.*$/, "");

/** EKS gives the pods of a managed node a quarter of an hour, and then stops the update of its group. */
function checkDrains({ built, releases }: BuiltSections): Problem[] {
  const paths = new Set<string>();
  return releases.flatMap((release) =>
    given([built.nodes, release.plan.drainSeconds], (nodes, drainSeconds) => {
      const path = modelPath(release);
      const grace = graceSeconds({ drainSeconds });
      if (nodes !== "managed" || grace <= NODE_DRAIN_SECONDS || paths.has(path)) return [];
      paths.add(path);
      const most = NODE_DRAIN_SECONDS - graceSeconds({ drainSeconds: 0 });
      const message =
        `a pod may take ${grace} s to end, and an update of its node group fails with PodEvictionFailure after ${NODE_DRAIN_SECONDS}: use at ` +
        `most ${most}, or nodes: karpenter, or update the group while the model is scaled down`;
      return [warning(`${path}.drainSeconds`, message)];
    }),
  );
}

/** A group as far as its disk is judged by it. */
function diskOf(
  group: Parts<BuiltNodeGroup>,
): (BuiltNodeGroup & ReturnType<typeof describedGroup<BuiltNodeGroup>>) | Wrong {
  return isWhole(group) ? { ...group, ...describedGroup(group) } : WRONG;
}

/** Groups that models may run on; `undefined` where one of them is wrong. */
function wholeGroups(built: Parts<BuiltClusterConfig>) {
  if (isWrong(built.gpuNodes)) return undefined;
  const groups = Object.entries(built.gpuNodes).map(([name, group]) => [name, diskOf(group)] as const);
  if (groups.some(([, group]) => isWrong(group))) return undefined;
  return Object.fromEntries(
    groups.flatMap(([name, group]) => (isWrong(group) || group.sharing !== undefined ? [] : [[name, group] as const])),
  );
}

/** A replica's disk against that of the nodes that it may get. */
function checkDisks({ built, cache, releases, pod }: BuiltSections): Problem[] {
  const groups = wholeGroups(built);
  if (groups === undefined || isWrong(cache)) return [];
  const cachedGiB = cache?.kind === "node" ? cache.budgetGiB : 0;
  return releases.flatMap(({ plan, path }) =>
    given([demandOf({ plan }), plan.resources.diskGiB, pod, plan.pod], (demand, wanted, ofStack, ofModel) => {
      const ofNode = Math.min(...candidates(demand, groups).map((group) => ephemeralStorage(group)));
      const least = ofNode - cachedGiB - diskBesideGiB(mergedPod(ofStack, ofModel));
      if (wanted <= least || !Number.isFinite(least)) return [];
      const beside = cachedGiB === 0 ? "" : ` beside the cache's budgetGiB of ${cachedGiB}`;
      const message =
        `${wanted} GiB do not fit on the group's smallest node, which can give ${least} GiB of its disk${beside}: use instance types with larger ` +
        "NVMe disks, or, for types without, a larger diskGiB of the group";
      return [error(`${path}.resources.diskGiB`, message)];
    }),
  );
}

/** Karpenter makes a node only for a pod that fits what it expects of it. */
function checkKarpenterMemory({ built, releases }: BuiltSections): Problem[] {
  const groups = wholeGroups(built);
  if (groups === undefined || built.nodes !== "karpenter") return [];
  return releases.flatMap(({ plan, path }) =>
    given([demandOf({ plan }), plan.resources.memoryGiB], (demand, wanted) => {
      const machines = candidates(demand, groups).flatMap(({ instanceTypes }) =>
        instanceTypes.flatMap((type) => AWS_MACHINES.get(type) ?? []),
      );
      const least = Math.floor(Math.min(...machines.map(karpenterMemoryGiB)));
      // Beyond what the node will have, placement has said so.
      const most = Math.floor(Math.min(...machines.map(({ allocatable }) => allocatable.memoryGiB)));
      if (wanted <= least || wanted > most || machines.length === 0) return [];
      const message =
        `${wanted} GiB are more than the ${least} that Karpenter expects of a new node's memory, so it would make none: ask for at most ` +
        `${least}, or use larger instance types`;
      return [error(`${path}.resources.memoryGiB`, message)];
    }),
  );
}

/** Groups that keep nodes for models which want none at rest. */
function checkIdle({ built, releases }: BuiltSections, prefix: string): Problem[] {
  const groups = wholeGroups(built);
  if (groups === undefined) return [];
  const wanting = releases.map(({ plan }) => [demandOf({ plan }), plan.autoscaling.min] as const);
  // Of a release that is wrong nobody can tell what it wants.
  if (wanting.some(([demand, least]) => isWrong(demand) || isWrong(least))) return [];
  return Object.entries(groups).flatMap(([name, group]) => {
    const atRest = wanting.filter(
      ([demand, least]) =>
        !isWrong(demand) && !isWrong(least) && least > 0 && candidates(demand, groups).includes(group),
    );
    if (group.min === 0 || atRest.length > 0) return [];
    const hourly = Math.min(...group.machines.flatMap(({ hourlyUsd }) => hourlyUsd ?? [])) * group.min;
    const cost = Number.isFinite(hourly) ? `, $${hourly.toFixed(2)} an hour,` : "";
    const message = `${group.min} nodes run${cost} and no model wants one at rest: use 0, or give models an autoscaling.min`;
    return [warning(`${joinPath(`${prefix}cluster.gpuNodes`, [name])}.min`, message)];
  });
}

/** A start that costs more than this is worth a word. */
const DEAR_FETCH_USD = 1;

function checkCache({ built, cache }: BuiltSections, prefix: string): Problem[] {
  if (cache === undefined || isWrong(cache)) return [];
  return checkStorage(cache, built, { cache: `${prefix}cache`, cluster: `${prefix}cluster` });
}

/** Without a cache, weights of the hub come through NAT, at each start of a replica. */
function checkFetches({ built, cache, releases }: BuiltSections, prefix: string): Problem[] {
  // With `none` somebody has said why.
  if (built.network.existing !== undefined || cache !== undefined) return [];
  const dear = releases.flatMap(({ plan, path }) =>
    given([plan.model.architecture, plan.model, plan.artifacts], (architecture, model, [own]) => {
      if (own?.source !== undefined) return [];
      const gb =
        (weightsOnDiskGiB(architecture, downloadedPrecision({ ...model, published: architecture.precision })) *
          2 ** 30) /
        1e9;
      const usd = gb * PRICES.natGatewayGB;
      return usd < DEAR_FETCH_USD
        ? []
        : [`${path.replace(/^.*models\./, "").replace(".releases", "")} $${usd.toFixed(2)}`];
    }),
  );
  if (dear.length === 0) return [];
  const message =
    `without it each start of a replica fetches its weights from the hub through NAT, which costs ${dear.join(", ")}, and takes minutes: set ` +
    "one, such as kind: s3, whose way is free, or kind: none with the reason";
  return [warning(`${prefix}cache`, message)];
}
