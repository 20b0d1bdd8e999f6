/**
 * Machine types of Google Cloud with GPUs: G2, G4, A2, A3 and A4. Left out: N1, whose GPUs are no part of the machine
 * type's name, so that such a pool is described by its shape; G4 with a fraction of a GPU; A4X, whose CPUs are ARM; and local
 * disks, which pods of GKE have only where the pool says so (`--ephemeral-storage-local-ssd`).
 *
 * Sources, read 2026-11-26:
 * - vCPUs and memory: skypilot-org/skypilot-catalog, catalogs/v8/gcp/vms.csv at 006059e; G4, which it lacks, in the table of
 *   https://docs.cloud.google.com/compute/docs/accelerator-optimized-machines as of 2026-04-15.
 * - GPUs: that page's tables of G2, G4, A2, A3 High and A3 Edge; `_ACC_INSTANCE_TYPE_DICTS` of skypilot-org/skypilot,
 *   sky/catalog/gcp_catalog.py at 0052610, for A3 Mega, A3 Ultra and A4.
 * - Prices: cloudpilot-ai/karpenter-provider-gcp, pkg/providers/pricing/initial-prices.json of 2026-08-03 (373e2ba), made from
 *   Google's billing API: the machine with its GPUs and the local SSDs that belong to it, on demand, us-central1, and A3 Mega,
 *   which has none there, us-east4. Rounded to four decimals. What the file lacks has no price here.
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
    {
      "48": [1, 48, 180, 4.4999],
      "96": [2, 96, 360, 8.9999],
      "192": [4, 192, 720, 17.9997],
      "384": [8, 384, 1440, 35.9994],
    },
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
  [
    "a2-ultragpu",
    "a100-80",
    {
      "1g": [1, 12, 170, 5.0688],
      "2g": [2, 24, 340, 10.1376],
      "4g": [4, 48, 680, 20.2752],
      "8g": [8, 96, 1360, 40.5504],
    },
  ],
  [
    "a3-highgpu",
    "h100",
    {
      "1g": [1, 26, 234, 11.0612],
      "2g": [2, 52, 468, 22.1225],
      "4g": [4, 104, 936, 44.245],
      "8g": [8, 208, 1872, 88.49],
    },
  ],
  ["a3-edgegpu", "h100", { "8g": [8, 208, 1872] }],
  ["a3-megagpu", "h100", { "8g": [8, 208, 1872, 92.9376] }],
  ["a3-ultragpu", "h200", { "8g": [8, 224, 2952] }],
  ["a4-highgpu", "b200", { "8g": [8, 224, 3968] }],
];

/**
 * Memory that GKE keeps, in GiB: 25 % of the first 4, 20 % of the next 4, 10 % of the next 8, 6 % of the next 112 and 2 % of
 * the rest (https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes, as `ResolveReservedMemoryMiB` of
 * karpenter-provider-gcp has it, pkg/utils at 417f047, read 2026-11-26).
 */
const MEMORY_BANDS = [
  [4, 0.25],
  [8, 0.2],
  [16, 0.1],
  [128, 0.06],
  [Infinity, 0.02],
] as const;

/** Below this the kubelet evicts: 100 MiB (`ResolveReservedResource`, the same file). */
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
