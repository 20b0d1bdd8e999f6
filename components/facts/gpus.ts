/**
 * GPU types, as data.
 *
 * - `cudaGiB`: what CUDA reports as the device's total memory, the number vLLM multiplies by
 *   `gpu-memory-utilization`. It is smaller than the nominal size (ECC, driver). Read from the line
 *   "GPU 0 has a total capacity of … GiB" of PyTorch's out-of-memory errors in public issues; where reports differ by
 *   driver the smallest is taken. Gathered 2026-11-21; A10 (zai-org/CogVLM#236) and H100 NVL (ali-vilab/VACE#56)
 *   2026-11-26. RTX PRO 4500 as vLLM 0.29 saw it on a g7.4xlarge of EKS with driver 595.91.07 (akamaslabs/vllm-benchmark at
 *   2224947, studies/25-g7-4500-gpu-sharing-goodput).
 * - L4-3Q, 6Q and 12Q are NVIDIA's names of an eighth, a quarter and half an L4 (vGPU). torch showed 2.79 GiB of the first on a
 *   g6f.xlarge (bibekgupta3333/sybil-llm at a8f79cd, docs/ec2-training.md), the 2861 MiB that EC2's API has for it; the others are
 *   that API's 5722 and 11444 MiB, since nobody has shown what CUDA reports (aws/karpenter-provider-aws at 1d92708,
 *   website/content/en/docs/reference/instance-types.md).
 * - `computeCapability`: https://developer.nvidia.com/cuda-gpus, read 2026-11-26. A10G and H100 NVL, which it does not list, as
 *   llama.cpp and PyTorch print them in public logs ("NVIDIA H100 NVL, compute capability 9.0").
 */
/** A type of GPU, or of a slice of one. */
export interface Gpu {
  /** How a config calls it: the value of the node label `accelerator`. */
  type: string;
  /** NVIDIA's name. */
  name: string;
  /** Memory in GiB as CUDA reports it. */
  cudaGiB: number;
  /** CUDA compute capability; 8.0 is the first with bfloat16, 8.9 the first with FP8 arithmetic. */
  computeCapability: number;
}

type Row = Omit<Gpu, "type">;

const ROWS = {
  "l4-3q": { name: "L4-3Q (an eighth of an L4)", cudaGiB: 2.79, computeCapability: 8.9 },
  "l4-6q": { name: "L4-6Q (a quarter of an L4)", cudaGiB: 5.58, computeCapability: 8.9 },
  "l4-12q": { name: "L4-12Q (half an L4)", cudaGiB: 11.17, computeCapability: 8.9 },
  t4: { name: "T4", cudaGiB: 14.56, computeCapability: 7.5 },
  a10: { name: "A10", cudaGiB: 21.99, computeCapability: 8.6 },
  l4: { name: "L4", cudaGiB: 22.03, computeCapability: 8.9 },
  a10g: { name: "A10G", cudaGiB: 22.06, computeCapability: 8.6 },
  "rtx-pro-4500": { name: "RTX PRO 4500 Blackwell", cudaGiB: 31.38, computeCapability: 12.0 },
  "a100-40": { name: "A100 40 GB", cudaGiB: 39.38, computeCapability: 8.0 },
  l40s: { name: "L40S", cudaGiB: 44.39, computeCapability: 8.9 },
  "a100-80": { name: "A100 80 GB", cudaGiB: 79.14, computeCapability: 8.0 },
  h100: { name: "H100 80 GB", cudaGiB: 79.18, computeCapability: 9.0 },
  "h100-nvl": { name: "H100 NVL 94 GB", cudaGiB: 93.0, computeCapability: 9.0 },
  "rtx-pro-6000": { name: "RTX PRO 6000 Blackwell", cudaGiB: 94.97, computeCapability: 12.0 },
  h200: { name: "H200", cudaGiB: 139.72, computeCapability: 9.0 },
  b200: { name: "B200", cudaGiB: 178.35, computeCapability: 10.0 },
  b300: { name: "B300", cudaGiB: 267.69, computeCapability: 10.3 },
} as const satisfies Record<string, Row>;

/** A type of the table. */
export type GpuType = keyof typeof ROWS;

export const GPU_TYPES = Object.keys(ROWS) as [GpuType, ...GpuType[]];

/** By type, smallest memory first. */
export const GPUS = Object.fromEntries(Object.entries(ROWS).map(([type, row]) => [type, { type, ...row }])) as Readonly<
  Record<GpuType, Gpu>
>;
