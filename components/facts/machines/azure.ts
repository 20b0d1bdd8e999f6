/**
 * VM sizes of Azure with NVIDIA GPUs. Left out: sizes with a fraction of an A10 (NV6ads to NV18ads_A10_v5), AMD's GPUs
 * (NV*as_v4, ND96is_MI300X_v5), confidential ones (NCC*), those that are retired (K80, P40, P100, M60, V100), and a local
 * disk, which pods of AKS have only where the pool's OS disk is ephemeral.
 *
 * Sources, read 2026-11-26:
 * - Shapes: the series' pages in MicrosoftDocs/azure-compute-docs, articles/virtual-machines/sizes/gpu-accelerated:
 *   ncast4v3, nvadsa10v5 and ndh100v5 at 2bc777f, 2bc777f and 0277390, ndasra100v4 at 99ed1c2, nca100v4 at 1827cf3, ndma100v4
 *   and ncadsh100v5 at 05e75b1, nd-h200-v5 at 3b74475. ND96amsr_A100_v4 has 1900 GB there and 1800 GiB in Azure's API
 *   (skypilot-org/skypilot-catalog, catalogs/v6/azure/vms.csv at 098741e): the smaller is taken.
 * - Prices: Azure/karpenter-provider-azure, pkg/providers/pricing/zz_generated.pricing.go of 2026-06-18 (352646f), made from
 *   Azure's price API: on demand, Linux, eastus, and H200, which has none there, eastus2.
 */
import type { GpuType } from "../gpus.js";
import type { Machine } from "./machine.js";
import { DAEMON_SETS, KERNEL_SHARE } from "./reserves.js";

/** `hourlyUsd`: on demand. */
type Row = [gpus: number, cpus: number, memoryGiB: number, hourlyUsd?: number];

const TABLE: ReadonlyArray<[gpu: GpuType, rows: Record<string, Row>]> = [
  [
    "t4",
    {
      Standard_NC4as_T4_v3: [1, 4, 28, 0.526],
      Standard_NC8as_T4_v3: [1, 8, 56, 0.752],
      Standard_NC16as_T4_v3: [1, 16, 110, 1.204],
      Standard_NC64as_T4_v3: [4, 64, 440, 4.352],
    },
  ],
  [
    "a10",
    {
      Standard_NV36ads_A10_v5: [1, 36, 440, 3.2],
      Standard_NV36adms_A10_v5: [1, 36, 880, 4.52],
      Standard_NV72ads_A10_v5: [2, 72, 880, 6.52],
    },
  ],
  ["a100-40", { Standard_ND96asr_v4: [8, 96, 900, 27.197] }],
  [
    "a100-80",
    {
      Standard_NC24ads_A100_v4: [1, 24, 220, 3.673],
      Standard_NC48ads_A100_v4: [2, 48, 440, 7.346],
      Standard_NC96ads_A100_v4: [4, 96, 880, 14.692],
      Standard_ND96amsr_A100_v4: [8, 96, 1800, 32.77],
    },
  ],
  ["h100-nvl", { Standard_NC40ads_H100_v5: [1, 40, 320, 6.98], Standard_NC80adis_H100_v5: [2, 80, 640, 13.96] }],
  ["h100", { Standard_ND96isr_H100_v5: [8, 96, 1900, 98.32] }],
  ["h200", { Standard_ND96isr_H200_v5: [8, 96, 1850, 84.8] }],
];

/**
 * Cores that AKS keeps, in thousandths: 140 of 4 cores and 10 for each beyond. The page's table ends at 740 of 64
 * (https://learn.microsoft.com/azure/aks/node-resource-reservations of 2026-06-11); `reservedCPUTaxVCPU` of
 * Azure/karpenter-provider-azure, pkg/providers/instancetype/instancetype.go at 352646f, has the same rate without an end.
 * Both read 2026-11-26.
 */
function reservedMillicores(cpus: number): number {
  return 140 + 10 * (cpus - 4);
}

/**
 * Pods of a node: default and maximum of AKS' overlay network
 * (https://learn.microsoft.com/azure/aks/concepts-network-azure-cni-overlay, at fb060ab of MicrosoftDocs/azure-aks-docs, read 2026-11-26).
 */
const MAX_PODS = 250;

/**
 * What AKS 1.29 and later leave to pods, DaemonSets apart. Memory: 20 MB a pod that the node may have and 50 MB, or a
 * quarter of the machine's where that is less, and eviction below 100 MiB (the page of the cores).
 *
 * @param cpus four or more, as all GPU sizes have
 */
export function aksAllocatable(cpus: number, memoryGiB: number, maxPods = MAX_PODS): Machine["allocatable"] {
  const keptGiB = Math.min((20 * maxPods + 50) / 1024, memoryGiB / 4);
  return {
    cpus: cpus - (reservedMillicores(cpus) + DAEMON_SETS.millicores) / 1000,
    memoryGiB: memoryGiB * (1 - KERNEL_SHARE) - keptGiB - 100 / 1024 - DAEMON_SETS.memoryGiB,
  };
}

/** By Azure's name, such as `Standard_NC24ads_A100_v4`. */
export const AZURE_MACHINES: ReadonlyMap<string, Machine> = new Map(
  TABLE.flatMap(([gpu, rows]) =>
    Object.entries(rows).map(([name, [gpus, cpus, memoryGiB, hourlyUsd]]): [string, Machine] => {
      const allocatable = aksAllocatable(cpus, memoryGiB);
      return [
        name,
        {
          name,
          cloud: "azure",
          gpu,
          gpus,
          cpus,
          memoryGiB,
          allocatable,
          ...(hourlyUsd !== undefined && { hourlyUsd }),
        },
      ];
    }),
  ),
);
