/** `vllm:cluster`: an existing cluster, or one to build. */
import { withKnownGpus } from "../components/checks/nodes/gpuTypes.js";
import { checkNodeGroup } from "../components/checks/nodes/nodeGroup.js";
import type { GroupParts } from "../components/checks/nodes/places.js";
import { checkCluster, checkGivenNetwork } from "../components/cluster/check.js";
import {
  type BuiltClusterConfig,
  builtClusterSchema,
  type ExistingClusterConfig,
  existingClusterSchema,
} from "../components/cluster/schema.js";
import { joinPath, parse } from "../components/config/parse.js";
import { entriesOf, isWrong, type Parts, WRONG } from "../components/config/parts.js";
import { didYouMean, error, type Problem, quote } from "../components/config/problems.js";
import type { NodeGroups } from "../components/contract/nodeGroup.js";
import type { GpuTypes } from "../components/derive/nodes/gpuTypes.js";
import { describedGroups } from "../components/derive/nodes/nodeGroup.js";

export type ClusterConfig =
  { existing: ExistingClusterConfig; built?: undefined } | { built: BuiltClusterConfig; existing?: undefined };

/** GPU node groups of a cluster of either kind. */
export function nodeGroupsOf({ existing, built }: ClusterConfig): NodeGroups {
  if (existing === undefined) return describedGroups(unshared(built.gpuNodes));
  return existing.gpuNodes && describedGroups(existing.gpuNodes);
}

/** Groups whose GPUs are one pod's each: models run on no others. */
function unshared<Group extends { sharing?: unknown }>(groups: Readonly<Record<string, Group>>): Record<string, Group> {
  return Object.fromEntries(
    Object.entries(groups).filter(([, { sharing }]) => sharing === undefined || isWrong(sharing)),
  );
}

/** The section, as far as it is right. */
export interface ParsedCluster {
  /** Absent where its shape is wrong. */
  config?: ClusterConfig;
  /** Absent where the config does not tell. */
  kind?: "existing" | "built";
  /** A cluster to build, some of it wrong. */
  built?: Parts<BuiltClusterConfig>;
  /** GPU node groups that models may run on, some of them wrong in part. */
  groups: GroupParts;
  /** Where the groups stand. */
  groupsPath: string;
  problems: Problem[];
}

const BUILT_KEYS = Object.keys(builtClusterSchema.shape);

/**
 * @param today the day to judge the Kubernetes version by
 * @param gpuTypes those of the table and of the config
 */
export function parseCluster(value: unknown, path: string, today: Date, gpuTypes: GpuTypes): ParsedCluster {
  const unknown = { groups: WRONG, groupsPath: `${path}.gpuNodes` };
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return { ...unknown, problems: parse(existingClusterSchema, value, path).problems };
  }
  const keys = Object.keys(value);
  const known = ["existing", ...BUILT_KEYS];
  if (!keys.some((key) => known.includes(key))) {
    const strangers = keys.map((key) => `; ${quote(key)} is unknown${didYouMean(key, known)}`);
    const message = "names no cluster: give existing, or the name, kubernetesVersion and gpuNodes of one to build";
    return { ...unknown, problems: [error(path, message + strangers.join(""))] };
  }
  if (!("existing" in value) || value.existing === null) return parseBuilt(value, path, today, gpuTypes);
  const both = keys.filter((key) => BUILT_KEYS.includes(key));
  if (both.length > 0) {
    const message = `an existing cluster and one to build are both described (${both.join(", ")}): leave out existing, or the others`;
    return { ...unknown, problems: [error(path, message)] };
  }
  return parseExisting(value, path, gpuTypes);
}

function parseBuilt(value: object, path: string, today: Date, gpuTypes: GpuTypes): ParsedCluster {
  const { value: built, parts, problems } = parse(builtClusterSchema, value, path);
  return {
    kind: "built",
    ...(built !== undefined && { config: { built } }),
    built: parts,
    groups: isWrong(parts.gpuNodes) ? parts.gpuNodes : unshared(parts.gpuNodes),
    groupsPath: `${path}.gpuNodes`,
    problems: [...problems, ...checkGivenNetwork(value, path), ...checkCluster(parts, path, today, gpuTypes)],
  };
}

function parseExisting(value: object, path: string, gpuTypes: GpuTypes): ParsedCluster {
  const { value: config, parts, problems } = parse(existingClusterSchema, value, path);
  const { gpuNodes } = parts.existing;
  const groupsPath = `${path}.existing.gpuNodes`;
  const ofGroups = entriesOf(gpuNodes).flatMap(([name, group]) =>
    checkNodeGroup(group, joinPath(groupsPath, [name]), { gpuTypes }),
  );
  return {
    kind: "existing",
    ...(config !== undefined && { config }),
    groups: withKnownGpus(gpuNodes, gpuTypes),
    groupsPath,
    problems: [...problems, ...ofGroups],
  };
}
