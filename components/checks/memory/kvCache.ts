/** The type of the KV cache against the GPU. */
import { error, listOr, type Problem } from "../../config/problems.js";
import type { Gpu } from "../../facts/gpus.js";
import { KV_CACHE_TYPES } from "../../facts/kvCacheTypes.js";

/** @param type value of the flag, if it is set @param path of the flag's value */
export function checkKvCacheType(type: unknown, { name, computeCapability }: Gpu, path: string): Problem[] {
  const facts = typeof type === "string" && Object.hasOwn(KV_CACHE_TYPES, type) ? KV_CACHE_TYPES[type] : undefined;
  if (facts === undefined || facts.minComputeCapability <= computeCapability) return [];
  const instead = Object.entries(KV_CACHE_TYPES)
    .filter(([, other]) => other.minComputeCapability <= computeCapability)
    .map(([other]) => other);
  return [
    error(
      path,
      `${String(type)} needs CUDA compute capability ${facts.minComputeCapability.toFixed(1)}, the ${name} has ` +
        `${computeCapability.toFixed(1)}: use ${listOr(instead)}, or another GPU`,
    ),
  ];
}
