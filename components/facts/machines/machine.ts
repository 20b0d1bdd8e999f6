import type { GpuType } from "../gpus.js";

/** A machine with GPUs, of any cloud: what placement, fit and cost need to know of it. */
export interface Machine {
  /** What its cloud calls it. */
  name: string;
  gpu: GpuType;
  gpus: number;
  cpus: number;
  memoryGiB: number;
  /** What its kubelet leaves to pods, DaemonSets apart. */
  allocatable: { cpus: number; memoryGiB: number };
  /** On demand, US dollars. */
  hourlyUsd: number;
}
