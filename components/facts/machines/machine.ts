/** Clouds whose machines have a table here. */
export const CLOUDS = ["aws", "gcp", "azure"] as const;

export type Cloud = (typeof CLOUDS)[number];

/** A machine with GPUs, of any cloud: what placement, fit and cost need to know of it. */
export interface Machine {
  /** What its cloud calls it. */
  name: string;
  /** Absent for nodes that a config describes by their shape. */
  cloud?: Cloud;
  /** Type of its GPUs. */
  gpu: string;
  gpus: number;
  cpus: number;
  memoryGiB: number;
  /** What its kubelet leaves to pods, DaemonSets apart. */
  allocatable: {
    cpus: number;
    memoryGiB: number;
    /** Ephemeral storage; absent where it is not known. */
    diskGiB?: number;
  };
  /** On demand, US dollars; absent where no source has it. */
  hourlyUsd?: number;
}
