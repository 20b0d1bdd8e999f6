/** Host memory that flags and variables move weights and KV cache to, in GiB. */
import type { RuntimeContract } from "../../contract/contract.js";
import { decoded, objectOf } from "../../facts/vllm/jsonValues.js";

const GIB = 2 ** 30;

/** LMCache's buffer of a worker unless stated; not checked: its present documentation and source could not be opened. */
const LMCACHE_DEFAULT_GIB = 5;

export interface Offloaded {
  /** All of it. */
  memoryGiB: number;
  /** The part that lies in /dev/shm (`SharedOffloadRegion`, vllm/v1/kv_offload/cpu/shared_offload_region.py). */
  sharedGiB: number;
}

/**
 * - `kv-offloading-size`: GiB over all GPUs (vllm/config/cache.py), kept by vLLM itself unless the backend is LMCache's server.
 * - `kv-transfer-config`: `cpu_bytes_to_use` over all GPUs, `cpu_bytes_to_use_per_rank` of one; LMCache's size of one worker.
 * - `cpu-offload-gb`: GiB of weights a GPU (vllm/config/offload.py), in pinned memory.
 */
export function offloaded({ flags, env, gpus }: Pick<RuntimeContract, "flags" | "env"> & { gpus: number }): Offloaded {
  const value = (name: string): unknown => flags[name]?.value;
  const ofServer = value("kv-offloading-backend") === "lmcache";
  const kvCacheGiB = ofServer ? 0 : positive(value("kv-offloading-size"));
  const transfer = transferred(decoded(value("kv-transfer-config")), env, gpus);
  const sharedGiB = Math.max(kvCacheGiB, transfer.sharedGiB);
  return {
    memoryGiB: sharedGiB + transfer.ownGiB + positive(value("cpu-offload-gb")) * gpus,
    sharedGiB,
  };
}

function transferred(
  config: unknown,
  env: RuntimeContract["env"],
  gpus: number,
): { sharedGiB: number; ownGiB: number } {
  const { kv_connector: connector, kv_connector_extra_config: extra } = objectOf(config);
  const settings = objectOf(extra);
  const perRank = positive(settings["cpu_bytes_to_use_per_rank"]) * gpus;
  const sharedGiB = Math.max(positive(settings["cpu_bytes_to_use"]), perRank) / GIB;
  if (typeof connector !== "string" || !/^LMCacheConnector/.test(connector)) return { sharedGiB, ownGiB: 0 };
  const stated = settings["lmcache.max_local_cpu_size"] ?? env["LMCACHE_MAX_LOCAL_CPU_SIZE"]?.value;
  return { sharedGiB, ownGiB: (stated === undefined ? LMCACHE_DEFAULT_GIB : positive(stated)) * gpus };
}

/** A number or its text; 0 for what is none. */
function positive(value: unknown): number {
  const number = typeof value === "number" ? value : typeof value === "string" ? Number(value) : 0;
  return Number.isFinite(number) ? Math.max(0, number) : 0;
}
