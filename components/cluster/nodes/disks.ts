/** Root volumes of nodes. */
import { GP3_INCLUDED } from "../../facts/prices/aws.js";
import { hasLocalStorage } from "./localStorage.js";

/**
 * Of a volume that images are pulled to. Below 600 MiB/s `FastImagePull` can be slower than pulling one layer after the other; more, up to
 * 1,000 MiB/s and 16,000 IOPS, can be faster, and costs four times as much (nodeadm/doc/examples.md of awslabs/amazon-eks-ami 81fec2e, read 2026-11-26).
 */
const FAST = { iops: 4000, throughputMiBps: 600 };

/** Room for the system's images and logs. */
export const SYSTEM_DISK_GIB = 50;

/** How fast a node's root volume is. Where all images go to NVMe disks, it holds the system alone, and gp3's own speed is enough. */
export function rootVolumeSpeed(instanceTypes: readonly string[]): { iops: number; throughputMiBps: number } {
  return hasLocalStorage(instanceTypes) ? GP3_INCLUDED : FAST;
}
