/**
 * Ephemeral storage that pods of an EKS node can ask for.
 *
 * Source: awslabs/amazon-eks-ami at 81fec2e of 2026-07-23, read 2026-11-26. `setup-local-disks` puts /var/lib/kubelet and
 * /var/lib/containerd on XFS over all NVMe disks; nodeadm reserves 1 GiB of ephemeral storage and evicts below 10 % of the
 * file system. Allocatable is capacity less both (kubernetes.io/docs/tasks/administer-cluster/reserve-compute-resources).
 */
import type { AwsMachine } from "./aws.js";

/** nodeadm's `kubeReserved`. */
const RESERVED_GIB = 1;

/** nodeadm's `evictionHard`: nodefs.available below 10 %. */
const EVICTION_SHARE = 0.1;

/** XFS leaves its log out of the capacity that it reports: 2 GiB at most (Linux' XFS_MAX_LOG_BYTES, read 2026-11-26). */
const XFS_LOG_GIB = 2;

/**
 * In whole GiB, rounded down: no more than the node reports.
 *
 * @param diskGiB the root volume, which holds pods where a machine has no NVMe
 */
export function ephemeralStorageGiB(machine: Pick<AwsMachine, "nvmeGB">, diskGiB: number): number {
  const deviceGiB = machine.nvmeGB > 0 ? (machine.nvmeGB * 1e9) / 2 ** 30 : diskGiB;
  const left = (deviceGiB - XFS_LOG_GIB) * (1 - EVICTION_SHARE) - RESERVED_GIB;
  return Math.max(0, Math.floor(left));
}
