/** What a replica asks of its node. */
import type { Architecture } from "../../facts/models/architecture.js";
import type { Precision } from "../../facts/precisions.js";
import { weightBytes } from "../../fit/weights.js";
import type { Offloaded } from "./offloading.js";
import { TUNING } from "../tuning.js";

/** Size of the weights as they are downloaded. */
export function weightsOnDiskGiB(architecture: Architecture, downloaded: Precision): number {
  return weightBytes(architecture, downloaded) / 2 ** 30;
}

/** Disk for compiled code, and for weights that are downloaded. */
export function diskGiB(onDiskGiB: number, { downloads }: { downloads: boolean }): number {
  const { weightsFactor, compiledCodeGiB } = TUNING.disk;
  return Math.ceil((downloads ? onDiskGiB * weightsFactor : 0) + compiledCodeGiB);
}

export function cpus(gpus: number): number {
  return TUNING.cpus.base + TUNING.cpus.perGpu * gpus;
}

/** Size of /dev/shm. */
export function sharedMemoryGiB(gpus: number, { sharedGiB }: Pick<Offloaded, "sharedGiB">): number {
  const { base, perGpuOfSeveral } = TUNING.sharedMemoryGiB;
  return Math.ceil(sharedGiB) + (gpus > 1 ? base + perGpuOfSeveral * gpus : base);
}

/** Host memory, /dev/shm included. */
export function memoryGiB(gpus: number, shared: number, { memoryGiB: all, sharedGiB }: Offloaded): number {
  const { server, worker } = TUNING.memoryGiB;
  return shared + server + worker * gpus + Math.ceil(all - sharedGiB);
}
