/** How fast a replica reads its weights. */
import type { CacheConfig } from "../../contract/cache.js";
import { fsxLustreRate } from "../../facts/fsxLustreRate.js";
import { STORAGE_RATES, type StorageRate } from "../../facts/storageRates.js";

/** Of a cache as the config describes it; of the hub where there is none. */
export function readRate(cache: CacheConfig | undefined): StorageRate {
  if (cache === undefined) return STORAGE_RATES.hub;
  switch (cache.kind) {
    case "none":
      return STORAGE_RATES.hub;
    case "fsx-lustre":
      return fsxLustreRate({ sizeGiB: cache.sizeGiB, throughputPerTiB: cache.mbPerSecondPerTiB });
    case "s3":
      return STORAGE_RATES[`s3-${cache.read}`];
    default:
      return STORAGE_RATES[cache.kind];
  }
}

export function pessimisticGiBPerSecond(cache: CacheConfig | undefined): number {
  return readRate(cache).gibPerSecond.pessimistic;
}
