/** What is kept from pods on a node of any cloud: parts that the files of the clouds share. */

/**
 * What is left to DaemonSets. Measured on EKS: they ask for about 0.47 cores on a GPU node, kube-proxy and the VPC CNI
 * included. For GKE and AKS it is an assumption: no source was found that sums up what their agents ask for.
 */
export const DAEMON_SETS = { millicores: 500, memoryGiB: 1 } as const;

/** Share of a machine's memory that the kernel keeps: an estimate, the same for every cloud. */
export const KERNEL_SHARE = 0.03;

/** One band of a reserve: a share of what lies below `upTo` and above the band before it. */
type Band = readonly [upTo: number, share: number];

/** What bands keep of an amount, in its unit. */
export function keptOf(amount: number, bands: readonly Band[]): number {
  return bands.reduce((kept, [upTo, share], index) => {
    const from = index === 0 ? 0 : bands[index - 1]![0];
    return kept + share * Math.max(0, Math.min(amount, upTo) - from);
  }, 0);
}

/**
 * Cores that the kubelet keeps on EKS and on GKE: 6 % of the first, 1 % of the second, 0.5 % of the next two and 0.25 % of
 * the rest. nodeadm's `getCPUMillicoresToReserve` (awslabs/amazon-eks-ami, nodeadm/internal/kubelet/config.go), and
 * `ResolveReservedCPUMCore` of cloudpilot-ai/karpenter-provider-gcp, pkg/utils at 417f047, after
 * https://cloud.google.com/kubernetes-engine/docs/concepts/plan-node-sizes; both read 2026-11-26.
 */
export const CPU_BANDS: readonly Band[] = [
  [1, 0.06],
  [2, 0.01],
  [4, 0.005],
  [Infinity, 0.0025],
];
