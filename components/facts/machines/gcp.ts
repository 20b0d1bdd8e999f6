/**
 * Machine types of Google Cloud with GPUs: G2, G4, A2, A3 and A4. N1 with T4 or V100 is left out: there the GPUs are no
 * part of the machine type's name, so the name alone says nothing of them; such a pool is described by its shape. Left out
 * too: A4X, whose CPUs are ARM, and a local disk, which pods of GKE have only where the pool says so
 * (`--ephemeral-storage-local-ssd`).
 *
 * Source of the shapes: https://docs.cloud.google.com/compute/docs/accelerator-optimized-machines, read 2026-11-26.
 * Source of the prices: skypilot-org/skypilot-catalog, catalogs/v8/gcp/vms.csv at 006059e, read 2026-11-26: machine and
 * GPUs together, on demand, G2 and A2 of us-central1 and A3 of us-east4. Where the catalogue gives a price with a commitment in
 * place of the one on demand, or nothing, there is none here.
 */
import type { GpuType } from "../gpus.js";
import type { Machine } from "./machine.js";
import { CPU_BANDS, DAEMON_SETS, keptOf, KERNEL_SHARE } from "./reserves.js";

/** `hourlyUsd`: on demand. */
type Row = [gpus: number, cpus: number, memoryGiB: number, hourlyUsd?: number];

const TABLE: ReadonlyArray<[series: string, gpu: GpuType, rows: Record<string, Row>]> = [
  [
    "g2-standard",
    "l4",
    {
      "4": [1, 4, 16, 0.7068],
      "8": [1, 8, 32, 0.8536],
      "12": [1, 12, 48, 1.0004],
      "16": [1, 16, 64, 1.1472],
      "24": [2, 24, 96, 2.0008],
      "32": [1, 32, 128, 1.7344],
      "48": [4, 48, 192, 4.0017],
      "96": [8, 96, 384, 8.0033],
    },
  ],
  [
    "g4-standard",
    "rtx-pro-6000",
    { "48": [1, 48, 180], "96": [2, 96, 360], "192": [4, 192, 720], "384": [8, 384, 1440] },
  ],
  [
    "a2-highgpu",
    "a100-40",
    {
      "1g": [1, 12, 85, 3.6734],
      "2g": [2, 24, 170, 7.3468],
      "4g": [4, 48, 340, 14.6935],
      "8g": [8, 96, 680, 29.3871],
    },
  ],
  ["a2-megagpu", "a100-40", { "16g": [16, 96, 1360, 55.7395] }],
  ["a2-ultragpu", "a100-80", { "1g": [1, 12, 170], "2g": [2, 24, 340], "4g": [4, 48, 680], "8g": [8, 96, 1360] }],
  [
    "a3-highgpu",
    "h100",
    {
      "1g": [1, 26, 234, 10.9791],
      "2g": [2, 52, 468, 21.9581],
      "4g": [4, 104, 936, 43.9162],
      "8g": [8, 208, 1872, 87.8325],
    },
  ],
  ["a3-edgegpu", "h100", { "8g": [8, 208, 1872, 87.8325] }],
  ["a3-megagpu", "h100", { "8g": [8, 208, 1872] }],
  ["a3-ultragpu", "h200", { "8g": [8, 224, 2952] }],
  ["a4-highgpu", "b200", { "8g": [8, 224, 3968] }],
];

/**
 * Memory that GKE keeps, in GiB: 25 % of the first 4, 20 % of the next 4, 10 % of the next 8, 6 % of the next 112 and 2 % of
 * the rest (https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes, read 2026-11-26).
 */
const MEMORY_BANDS = [
  [4, 0.25],
  [8, 0.2],
  [16, 0.1],
  [128, 0.06],
  [Infinity, 0.02],
] as const;

/** Below this the kubelet evicts: 100 MiB (the same page). */
const EVICTION_GIB = 100 / 1024;

/** What GKE leaves to pods, DaemonSets apart. */
export function gkeAllocatable(cpus: number, memoryGiB: number): Machine["allocatable"] {
  return {
    cpus: cpus - keptOf(cpus, CPU_BANDS) - DAEMON_SETS.millicores / 1000,
    memoryGiB: memoryGiB * (1 - KERNEL_SHARE) - keptOf(memoryGiB, MEMORY_BANDS) - EVICTION_GIB - DAEMON_SETS.memoryGiB,
  };
}

/** By Google's name, such as `g2-standard-8`. */
export const GCP_MACHINES: ReadonlyMap<string, Machine> = new Map(
  TABLE.flatMap(([series, gpu, rows]) =>
    Object.entries(rows).map(([size, [gpus, cpus, memoryGiB, hourlyUsd]]): [string, Machine] => {
      const name = `${series}-${size}`;
      const allocatable = gkeAllocatable(cpus, memoryGiB);
      return [
        name,
        { name, cloud: "gcp", gpu, gpus, cpus, memoryGiB, allocatable, ...(hourlyUsd !== undefined && { hourlyUsd }) },
      ];
    }),
  ),
);
