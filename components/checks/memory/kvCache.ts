/** The type of the KV cache against the GPU. */
import { error, listOr, type Problem } from "../../config/problems.js";
import type { Gpu } from "../../facts/gpus.js";
import { KV_CACHE_TYPES, neededCapability, runsOn } from "../../facts/kvCacheTypes.js";

/** @param type value of the flag, if it is set @param path of the flag's value */
export function checkKvCacheType(type: unknown, { name, computeCapability }: Gpu, path: string): Problem[] {
  const facts = typeof type === "string" && Object.hasOwn(KV_CACHE_TYPES, type) ? KV_CACHE_TYPES[type] : undefined;
  if (facts === undefined || runsOn(computeCapability, facts)) return [];
  const instead = Object.entries(KV_CACHE_TYPES)
    .filter(([, other]) => runsOn(computeCapability, other))
    .map(([other]) => other);
  return [
    error(
      path,
      `${String(type)} needs CUDA compute capability ${neededCapability(facts)}, the ${name} has ` +
        `${computeCapability.toFixed(1)}: use ${listOr(instead)}, or another GPU`,
    ),
  ];
}
