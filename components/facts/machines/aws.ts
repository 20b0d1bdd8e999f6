/**
 * EC2 instance types with GPUs.
 *
 * Source: AWS' instance type pages and on-demand price list, us-east-1, Linux, read 2026-07-20. Prices of other regions
 * differ; spot prices move and have no source here, so a spot node is priced as on demand: an upper bound.
 */
import type { GpuType } from "../gpus.js";
import type { Machine } from "./machine.js";

/** `nvmeGB`: the instance store. `hourlyUsd`: on demand, us-east-1. */
type Row = [gpus: number, cpus: number, memoryGiB: number, nvmeGB: number, hourlyUsd: number];

const TABLE: ReadonlyArray<[family: string, gpu: GpuType, rows: Record<string, Row>]> = [
  [
    "g4dn",
    "t4",
    {
      xlarge: [1, 4, 16, 125, 0.526],
      "2xlarge": [1, 8, 32, 225, 0.752],
      "4xlarge": [1, 16, 64, 225, 1.204],
      "8xlarge": [1, 32, 128, 900, 2.176],
      "12xlarge": [4, 48, 192, 900, 3.912],
      "16xlarge": [1, 64, 256, 900, 4.352],
    },
  ],
  [
    "g5",
    "a10g",
    {
      xlarge: [1, 4, 16, 250, 1.006],
      "2xlarge": [1, 8, 32, 450, 1.212],
      "4xlarge": [1, 16, 64, 600, 1.624],
      "8xlarge": [1, 32, 128, 900, 2.448],
      "12xlarge": [4, 48, 192, 3800, 5.672],
      "16xlarge": [1, 64, 256, 1900, 4.096],
      "24xlarge": [4, 96, 384, 3800, 8.144],
      "48xlarge": [8, 192, 768, 7600, 16.288],
    },
  ],
  [
    "g6",
    "l4",
    {
      xlarge: [1, 4, 16, 250, 0.8048],
      "2xlarge": [1, 8, 32, 450, 0.9776],
      "4xlarge": [1, 16, 64, 600, 1.3232],
      "8xlarge": [1, 32, 128, 900, 2.0144],
      "12xlarge": [4, 48, 192, 3760, 4.6016],
      "16xlarge": [1, 64, 256, 1880, 3.3968],
      "24xlarge": [4, 96, 384, 3760, 6.6752],
      "48xlarge": [8, 192, 768, 7520, 13.3504],
    },
  ],
  ["gr6", "l4", { "4xlarge": [1, 16, 128, 600, 1.5392], "8xlarge": [1, 32, 256, 900, 2.4464] }],
  [
    "g6e",
    "l40s",
    {
      xlarge: [1, 4, 32, 250, 1.861],
      "2xlarge": [1, 8, 64, 450, 2.242],
      "4xlarge": [1, 16, 128, 600, 3.004],
      "8xlarge": [1, 32, 256, 900, 4.529],
      "12xlarge": [4, 48, 384, 3800, 10.493],
      "16xlarge": [1, 64, 512, 1900, 7.577],
      "24xlarge": [4, 96, 768, 3800, 15.066],
      "48xlarge": [8, 192, 1536, 7600, 30.131],
    },
  ],
  ["g7e", "rtx-pro-6000", { "2xlarge": [1, 8, 64, 1900, 3.363], "48xlarge": [8, 192, 2048, 15200, 33.144] }],
  ["p4d", "a100-40", { "24xlarge": [8, 96, 1152, 8000, 21.958] }],
  ["p4de", "a100-80", { "24xlarge": [8, 96, 1152, 8000, 27.447] }],
  ["p5", "h100", { "4xlarge": [1, 16, 256, 3800, 6.88], "48xlarge": [8, 192, 2048, 30400, 55.04] }],
  ["p5en", "h200", { "48xlarge": [8, 192, 2048, 30400, 63.296] }],
  ["p6-b200", "b200", { "48xlarge": [8, 192, 2048, 30400, 113.933] }],
  ["p6-b300", "b300", { "48xlarge": [8, 192, 4096, 30400, 142.416] }],
];

/**
 * Memory that pods can have: the kernel keeps about 3 %, EKS reserves 255 MiB and 11 MiB a pod for 110 pods and evicts below
 * 100 MiB (awslabs/amazon-eks-ami, nodeadm's kubelet defaults); 1 GiB is left to DaemonSets.
 */
function allocatableMemoryGiB(memoryGiB: number): number {
  return memoryGiB * 0.97 - (255 + 11 * 110 + 100) / 1024 - 1;
}

/** EKS reserves less than 0.3 cores; half a core is left to DaemonSets. */
const RESERVED_CPUS = 0.8;

/** A machine of AWS. */
export interface AwsMachine extends Machine {
  /** Instance-store NVMe, in GB. */
  nvmeGB: number;
}

/** By EC2 name, such as `g6.2xlarge`. */
export const AWS_MACHINES: ReadonlyMap<string, AwsMachine> = new Map(
  TABLE.flatMap(([family, gpu, rows]) =>
    Object.entries(rows).map(([size, [gpus, cpus, memoryGiB, nvmeGB, hourlyUsd]]) => {
      const name = `${family}.${size}`;
      const allocatable = { cpus: cpus - RESERVED_CPUS, memoryGiB: allocatableMemoryGiB(memoryGiB) };
      return [name, { name, gpu, gpus, cpus, memoryGiB, allocatable, nvmeGB, hourlyUsd }];
    }),
  ),
);
