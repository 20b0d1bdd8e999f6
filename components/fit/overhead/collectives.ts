/** Buffers of NCCL for tensor parallelism, as far as they are taken after vLLM looks at the free memory first. */
import type { OverheadQuestion } from "./question.js";

const GIB = 2 ** 30;

/** Over PCI Express. Logs with two to eight L4, L40S and RTX PRO 6000, 0.10 to 0.28, leave 0 to 0.3 GiB to them. */
const PCIE_GIB = 0.2;
/** Over NVLink. Logs with two to eight H200, 0.10 to 0.13, leave 0.3 to 0.8 GiB to them. */
const NVLINK_GIB = 0.8;
/** The same with graphs tried while memory is measured. Logs with two to eight H100, H200 and B200, 0.18 to 0.20, leave 1.2 to 2.2 GiB. */
const NVLINK_WITH_GRAPHS_GIB = 1.9;

/**
 * Compute capabilities of the chips that servers join by NVLink: A100, H100 and H200, B200, B300. vLLM has sizes for collectives in NVLink's
 * memory for them alone (vllm/distributed/device_communicators/all_reduce_utils.py, 0.33.0, read 2026-11-26).
 */
function hasNvLink(computeCapability: number): boolean {
  return computeCapability === 8 || Math.floor(computeCapability) === 9 || Math.floor(computeCapability) === 10;
}

export function collectiveBytes({ gpu, tensorParallel, gpus, isEager = false, rules }: OverheadQuestion): number {
  if (Math.max(tensorParallel, gpus) === 1) return 0;
  if (!hasNvLink(gpu.computeCapability)) return PCIE_GIB * GIB;
  return (rules.triesGraphsMeasured && !isEager ? NVLINK_WITH_GRAPHS_GIB : NVLINK_GIB) * GIB;
}
