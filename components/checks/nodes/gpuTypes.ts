/** Checks of GPU types: those that a config describes, and those that it names. */
import { joinPath } from "../../config/parse.js";
import { entriesOf, given, isWrong, type Parts, WRONG } from "../../config/parts.js";
import { didYouMean, error, listOr, type Problem, quote } from "../../config/problems.js";
import type { NodeGroupConfig } from "../../contract/nodeGroup.js";
import type { GroupParts } from "./places.js";
import type { GpuTypesConfig } from "../../contract/gpuTypes.js";
import type { GpuTypes } from "../../derive/nodes/gpuTypes.js";
import { GPUS } from "../../facts/gpus.js";
import { isSlice, SHARED_SUFFIX } from "../../vocabulary/nodes.js";

/** The config's own types. @param path of the section */
export function checkGpuTypes(own: Parts<GpuTypesConfig> | undefined, path: string): Problem[] {
  return entriesOf(own).flatMap(([type, { resource }]) => {
    const at = joinPath(path, [type]);
    return [
      ...(Object.hasOwn(GPUS, type)
        ? [error(at, `${quote(type)} is in this project's table already: leave it out, or use another name`)]
        : []),
      ...given([resource], (name) =>
        name.endsWith(SHARED_SUFFIX)
          ? [
              error(
                `${at}.resource`,
                `${name} is a GPU that several pods use in turn, without a memory of their own: two runtimes there run out of it. ` +
                  "Use a MIG slice, or whole GPUs",
              ),
            ]
          : [],
      ),
    ];
  });
}

/** Whether a type that a model or a group of nodes names is described. @param path where it stands */
export function checkGpuType(type: string, gpuTypes: GpuTypes, path: string): Problem[] {
  if (gpuTypes.types.has(type) || !gpuTypes.isComplete) return [];
  const known = [...gpuTypes.types.keys()];
  return [
    error(
      path,
      `${quote(type)} is no GPU type that is known${didYouMean(type, known) || "."} ` +
        `Use ${listOr(known)}, or describe it once in gpuTypes by its memoryGiB and computeCapability`,
    ),
  ];
}

/**
 * Groups as the placement may read them: one whose GPUs are described nowhere offers nobody knows what, which is said where it
 * stands.
 */
export function withKnownGpus(groups: GroupParts, gpuTypes: GpuTypes): GroupParts {
  if (groups === undefined || isWrong(groups)) return groups;
  const known = Object.entries(groups).map(([name, group]): [string, Parts<NodeGroupConfig>] => {
    const isKnown = !isWrong(group.gpu) && gpuTypes.types.has(group.gpu);
    return [name, isKnown ? group : { ...group, gpu: WRONG }];
  });
  return Object.fromEntries(known);
}

/** How many GPUs of a type one replica may have. @param path of the count */
export function checkSliceCount(resource: string, count: number, path: string): Problem[] {
  if (count === 1 || !isSlice(resource)) return [];
  // CUDA shows a process one MIG device at most: https://docs.nvidia.com/datacenter/tesla/mig-user-guide/
  return [
    error(path, `${count} slices of GPUs cannot run one model, since CUDA shows a process one slice at most: use 1`),
  ];
}
