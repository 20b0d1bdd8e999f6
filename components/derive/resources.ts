/** What a replica asks of its node. */
import type { Architecture } from "../facts/models/architecture.js";
import type { Precision } from "../facts/precisions.js";
import { weightBytes } from "../fit/weights.js";
import { TUNING } from "./tuning.js";

/** Size of the weights as they are downloaded. */
export function weightsOnDiskGiB(architecture: Architecture, downloaded: Precision): number {
  return weightBytes(architecture, downloaded) / 2 ** 30;
}

/** Disk for weights and compiled code. */
export function diskGiB(onDiskGiB: number): number {
  const { weightsFactor, compiledCodeGiB } = TUNING.disk;
  return Math.ceil(onDiskGiB * weightsFactor + compiledCodeGiB);
}

export function cpus(gpus: number): number {
  return TUNING.cpus.base + TUNING.cpus.perGpu * gpus;
}

/** Size of /dev/shm. */
export function sharedMemoryGiB(gpus: number): number {
  const { base, perGpuOfSeveral } = TUNING.sharedMemoryGiB;
  return gpus > 1 ? base + perGpuOfSeveral * gpus : base;
}

/** Host memory, /dev/shm included. */
export function memoryGiB(gpus: number, shared: number): number {
  const { server, worker } = TUNING.memoryGiB;
  return shared + server + worker * gpus;
}
