/**
 * EC2 instance types with GPUs. Left out: ARM types (g5g, p6e-gb200), g6f.large, whose two cores are fewer than a replica asks for, and
 * V100 (p3, p3dn).
 *
 * Sources, both in aws/karpenter-provider-aws at 1d92708 of 2026-08-21, made from AWS' API, read 2026-11-26:
 * - Shapes: website/content/en/docs/reference/instance-types.md. Most pods there: network interfaces × (IPv4 addresses each - 1) + 2,
 *   as nodeadm counts them (awslabs/amazon-eks-ami, nodeadm/internal/kubelet/instance-info.jsonl at 81fec2e). Of g6f the API counts no
 *   GPU at all: one slice of one is what https://aws.amazon.com/ec2/instance-types/g6/ and the device plugin show (nodeoverlays.md there).
 * - Prices: pkg/providers/pricing/zz_generated.pricing_aws.go of 2026-07-20, us-east-1, Linux, on demand. P5e has none: it is sold in
 *   Capacity Blocks only. Prices of other regions differ; spot prices move and have no source here, so a spot node is priced as on
 *   demand: an upper bound.
 *
 * G7 needs NVIDIA's driver 595, which EKS' AMIs have since v20260917 (awslabs/amazon-eks-ami#2768).
 */
import type { GpuType } from "../gpus.js";
import type { Machine } from "./machine.js";
import { CPU_BANDS, DAEMON_SETS, keptOf, KERNEL_SHARE } from "./reserves.js";

/** `nvmeGB`: the instance store. `maxPods`: by its network interfaces. `hourlyUsd`: on demand, us-east-1. */
type Row = [gpus: number, cpus: number, memoryGiB: number, nvmeGB: number, maxPods: number, hourlyUsd?: number];

const TABLE: ReadonlyArray<[family: string, gpu: GpuType, rows: Record<string, Row>]> = [
  [
    "g4dn",
    "t4",
    {
      xlarge: [1, 4, 16, 125, 29, 0.526],
      "2xlarge": [1, 8, 32, 225, 29, 0.752],
      "4xlarge": [1, 16, 64, 225, 29, 1.204],
      "8xlarge": [1, 32, 128, 900, 58, 2.176],
      "12xlarge": [4, 48, 192, 900, 234, 3.912],
      "16xlarge": [1, 64, 256, 900, 58, 4.352],
      metal: [8, 96, 384, 1800, 737, 7.824],
    },
  ],
  [
    "g5",
    "a10g",
    {
      xlarge: [1, 4, 16, 250, 58, 1.006],
      "2xlarge": [1, 8, 32, 450, 58, 1.212],
      "4xlarge": [1, 16, 64, 600, 234, 1.624],
      "8xlarge": [1, 32, 128, 900, 234, 2.448],
      "12xlarge": [4, 48, 192, 3800, 737, 5.672],
      "16xlarge": [1, 64, 256, 1900, 234, 4.096],
      "24xlarge": [4, 96, 384, 3800, 737, 8.144],
      "48xlarge": [8, 192, 768, 7600, 345, 16.288],
    },
  ],
  [
    "g6",
    "l4",
    {
      xlarge: [1, 4, 16, 250, 58, 0.8048],
      "2xlarge": [1, 8, 32, 450, 58, 0.9776],
      "4xlarge": [1, 16, 64, 600, 234, 1.3232],
      "8xlarge": [1, 32, 128, 900, 234, 2.0144],
      "12xlarge": [4, 48, 192, 3760, 234, 4.6016],
      "16xlarge": [1, 64, 256, 1880, 737, 3.3968],
      "24xlarge": [4, 96, 384, 3760, 737, 6.6752],
      "48xlarge": [8, 192, 768, 7520, 737, 13.3504],
    },
  ],
  ["g6f", "l4-3q", { xlarge: [1, 4, 16, 100, 58, 0.2375] }],
  ["g6f", "l4-6q", { "2xlarge": [1, 8, 32, 200, 58, 0.475] }],
  ["g6f", "l4-12q", { "4xlarge": [1, 16, 64, 450, 234, 0.95] }],
  ["gr6", "l4", { "4xlarge": [1, 16, 128, 600, 234, 1.5392], "8xlarge": [1, 32, 256, 900, 234, 2.4464] }],
  ["gr6f", "l4-12q", { "4xlarge": [1, 16, 128, 450, 234, 1.066] }],
  [
    "g6e",
    "l40s",
    {
      xlarge: [1, 4, 32, 250, 58, 1.861],
      "2xlarge": [1, 8, 64, 450, 58, 2.242],
      "4xlarge": [1, 16, 128, 600, 234, 3.004],
      "8xlarge": [1, 32, 256, 900, 234, 4.529],
      "12xlarge": [4, 48, 384, 3800, 292, 10.493],
      "16xlarge": [1, 64, 512, 1900, 737, 7.577],
      "24xlarge": [4, 96, 768, 3800, 492, 15.066],
      "48xlarge": [8, 192, 1536, 7600, 492, 30.131],
    },
  ],
  [
    "g7",
    "rtx-pro-4500",
    {
      "2xlarge": [1, 8, 32, 440, 254, 2.52],
      "4xlarge": [1, 16, 64, 875, 506, 3.042],
      "8xlarge": [1, 32, 128, 930, 632, 4.086],
      "12xlarge": [2, 48, 192, 1900, 758, 7.128],
      "24xlarge": [4, 96, 384, 3800, 1514, 14.257],
      "48xlarge": [8, 192, 768, 7600, 758, 28.513],
    },
  ],
  [
    "g7e",
    "rtx-pro-6000",
    {
      "2xlarge": [1, 8, 64, 1900, 254, 3.363],
      "4xlarge": [1, 16, 128, 1900, 506, 3.998],
      "8xlarge": [1, 32, 256, 1900, 506, 5.268],
      "12xlarge": [2, 48, 512, 3800, 632, 8.286],
      "24xlarge": [4, 96, 1024, 7600, 632, 16.572],
      "48xlarge": [8, 192, 2048, 15200, 632, 33.144],
    },
  ],
  ["p4d", "a100-40", { "24xlarge": [8, 96, 1152, 8000, 737, 21.958] }],
  ["p4de", "a100-80", { "24xlarge": [8, 96, 1152, 8000, 737, 27.447] }],
  ["p5", "h100", { "4xlarge": [1, 16, 256, 3800, 118, 6.88], "48xlarge": [8, 192, 2048, 30400, 100, 55.04] }],
  ["p5e", "h200", { "48xlarge": [8, 192, 2048, 30400, 100] }],
  ["p5en", "h200", { "48xlarge": [8, 192, 2048, 30400, 198, 63.296] }],
  ["p6-b200", "b200", { "48xlarge": [8, 192, 2048, 30400, 198, 113.933] }],
  ["p6-b300", "b300", { "48xlarge": [8, 192, 4096, 30400, 198, 142.416] }],
];

/**
 * Families whose GPU is a slice that EC2's API does not count: Karpenter makes no node of them for a pod that asks for a GPU (the example
 * of g6f in website/content/en/docs/concepts/nodeoverlays.md of aws/karpenter-provider-aws at 1d92708, read 2026-11-26).
 */
const UNCOUNTED_FAMILIES: readonly string[] = ["g6f", "gr6f"];

/** What Karpenter takes off before it has seen a machine: `settings.vmMemoryOverheadPercent` of its chart, 1.15.1. */
const KARPENTER_SHARE = 0.075;

/**
 * Memory that pods can have: the kernel keeps about 3 %, the kubelet 255 MiB and 11 MiB a pod, and evicts below 100 MiB
 * (nodeadm's `getMemoryMebibytesToReserve` and `evictionHard`, read 2026-11-26). The pods are the instance type's most, even
 * where a node group caps its nodes at 110: a cap reaches the kubelet's own configuration only, after the reserve is counted.
 */
function allocatableMemoryGiB(memoryGiB: number, maxPods: number, share = KERNEL_SHARE): number {
  return memoryGiB * (1 - share) - (255 + 11 * maxPods + 100) / 1024 - DAEMON_SETS.memoryGiB;
}

/** Memory that Karpenter expects of a machine that it has not made yet, DaemonSets apart: less than there will be. */
export function karpenterMemoryGiB({ memoryGiB, maxPods }: Pick<AwsMachine, "memoryGiB" | "maxPods">): number {
  return allocatableMemoryGiB(memoryGiB, maxPods, KARPENTER_SHARE);
}

/** A machine of AWS. */
export interface AwsMachine extends Machine {
  cloud: "aws";
  /** Whether EC2's API counts its GPUs, so that Karpenter knows of them. */
  isCounted: boolean;
  /** Instance-store NVMe, in GB. */
  nvmeGB: number;
  /** Pods that its network interfaces have addresses for, one address a pod. */
  maxPods: number;
}

/** By EC2 name, such as `g6.2xlarge`. */
export const AWS_MACHINES: ReadonlyMap<string, AwsMachine> = new Map(
  TABLE.flatMap(([family, gpu, rows]) =>
    Object.entries(rows).map(([size, [gpus, cpus, memoryGiB, nvmeGB, maxPods, hourlyUsd]]): [string, AwsMachine] => {
      const name = `${family}.${size}`;
      const allocatable = {
        cpus: cpus - keptOf(cpus, CPU_BANDS) - DAEMON_SETS.millicores / 1000,
        memoryGiB: allocatableMemoryGiB(memoryGiB, maxPods),
      };
      const isCounted = !UNCOUNTED_FAMILIES.includes(family);
      const price = hourlyUsd !== undefined && { hourlyUsd };
      return [
        name,
        { name, cloud: "aws", gpu, gpus, cpus, memoryGiB, allocatable, nvmeGB, maxPods, isCounted, ...price },
      ];
    }),
  ),
);
