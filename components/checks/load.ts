/** Models for programs of their own. */
import { z } from "zod";
import { joinPath, parse } from "../config/parse.js";
import { entriesOf, WRONG } from "../config/parts.js";
import { checkPlainData } from "../config/plainData.js";
import { type Problem, throwIfErrors } from "../config/problems.js";
import { type NodeGroups, nodeGroupSchema } from "../contract/nodeGroup.js";
import { describedGroups } from "../derive/nodes/nodeGroup.js";
import { type PodConfig, podSchema } from "../contract/pod.js";
import { type CacheConfig, cacheSchema } from "../contract/cache.js";
import { gpuTypesSchema } from "../contract/gpuTypes.js";
import { gpuTypesOf } from "../derive/nodes/gpuTypes.js";
import { checkGpuTypes, withKnownGpus } from "./nodes/gpuTypes.js";
import type { BatchPlan } from "../derive/batch/plan.js";
import { resolveBatches } from "./batch/resolve.js";
import { checkCache } from "./cache.js";
import { checkHubToken, TOKEN_ARGUMENT } from "./hubToken.js";
import { checkNodeGroup } from "./nodes/nodeGroup.js";
import { checkPlacements } from "./nodes/placement.js";
import { checkPods } from "./pod.js";
import { resolveModels } from "./resolve.js";
import type { ServedModel } from "../derive/servedModel.js";

/** Models and node groups, checked. */
export interface LoadedModels {
  models: ServedModel[];
  nodeGroups: NodeGroups;
  /** What the pods of every model have besides: for {@link ServingEnvironment}. */
  pod: PodConfig | undefined;
  /** Where weights are kept: for `ModelCache`. */
  cache: CacheConfig | undefined;
  /** For `runBatches`. */
  batches: BatchPlan[];
  /** What stops nothing and should be seen, such as flags that no table could check. */
  warnings: Problem[];
}

/** What {@link loadModels} may know besides. */
export interface LoadOptions {
  /** Whether there is a token of the Hugging Face Hub. @default nobody knows: `servingEnvironment` checks it */
  hasHubToken?: boolean;
  /** GPU types that the table lacks, in the shape of `vllm:gpuTypes`. @default none */
  gpuTypes?: unknown;
  /** What the pods of every model have besides, in the shape of `vllm:pod`. @default nothing */
  pod?: unknown;
  /** Where weights are kept between starts, in the shape of `vllm:cache`. @default nowhere */
  cache?: unknown;
  /** Batches, in the shape of `vllm:batch`. @default none */
  batch?: unknown;
}

const groupsSchema = z.record(z.string(), nodeGroupSchema).optional();

/**
 * Models for programs of their own: in the shape of `vllm:models` in a stack config, with defaults filled in and everything
 * checked.
 *
 * @param nodeGroups GPU node groups in the shape of `gpuNodes`; without them placement and capacity are not checked
 * @throws ContractError with every problem
 */
export function loadModels(models: unknown, nodeGroups?: unknown, options: LoadOptions = {}): LoadedModels {
  throwIfErrors([
    ...checkPlainData(models, "models"),
    ...checkPlainData(nodeGroups, "gpuNodes"),
    ...checkPlainData(options.gpuTypes, "gpuTypes"),
    ...checkPlainData(options.pod, "pod"),
    ...checkPlainData(options.cache, "cache"),
    ...checkPlainData(options.batch, "batch"),
  ]);
  return load(structuredClone(models), structuredClone(nodeGroups), options);
}

/** Plans are frozen, and no change of the caller's own objects may reach them: the values are copies. */
function load(models: unknown, nodeGroups: unknown, options: LoadOptions): LoadedModels {
  const groups = parse(groupsSchema, nodeGroups, "gpuNodes");
  const types = parse(gpuTypesSchema.optional(), structuredClone(options.gpuTypes), "gpuTypes");
  const pod = parse(podSchema.optional(), structuredClone(options.pod), "pod");
  const cache = parse(cacheSchema.optional(), structuredClone(options.cache), "cache");
  const gpuTypes = gpuTypesOf(types.parts);
  const shared = { gpuTypes, cache: cache.problems.length > 0 ? WRONG : cache.value };
  const resolved = resolveModels(models, "models", gpuTypes, shared.cache);
  const knownGroups = withKnownGpus(groups.parts, gpuTypes);
  const batches = resolveBatches(structuredClone(options.batch), "batch", {
    models: resolved,
    groups: knownGroups,
    pod: pod.parts,
    ...shared,
  });
  const releases = [...resolved.releases, ...batches.releases];
  const problems = [
    ...types.problems,
    ...pod.problems,
    ...cache.problems,
    // A program of its own may have made a file system: that shows where it makes the cache.
    ...checkCache(cache.value, { releases, isBuilt: undefined }, "cache"),
    ...checkPods(pod.parts, resolved.releases, "pod"),
    ...checkGpuTypes(types.parts, "gpuTypes"),
    ...groups.problems,
    ...entriesOf(groups.parts).flatMap(([name, group]) =>
      checkNodeGroup(group, joinPath("gpuNodes", [name]), { gpuTypes }),
    ),
    ...resolved.problems,
    ...batches.problems,
    ...(options.hasHubToken === false ? checkHubToken(releases, TOKEN_ARGUMENT) : []),
    ...checkPlacements(resolved.releases, knownGroups, "gpuNodes", pod.parts),
  ];
  throwIfErrors(problems);
  return {
    models: resolved.models,
    nodeGroups: groups.value && describedGroups(groups.value),
    pod: pod.value,
    cache: cache.value,
    batches: batches.batches,
    warnings: problems,
  };
}
