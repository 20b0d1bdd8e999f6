/** How a node's agent, nodeadm, sets the node up. */

/** What a group's nodes are to do. */
export interface NodeSetup {
  /** Every instance type has NVMe disks of its own. */
  localStorage: boolean;
}

/**
 * nodeadm's configuration, which EKS and Karpenter merge with their own:
 *
 * - `FastImagePull` fetches and unpacks the layers of an image in parallel, by the SOCI snapshotter. vLLM's image has 10 GB in a
 *   few large layers. A node with fewer than 4 cores or 7 GiB goes on without it
 *   (https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/examples/#enabling-fast-image-pull-experimental; AMIs from v20250821 on);
 * - `localStorage` makes one volume of the instance's own NVMe disks for images, containers and `emptyDir`s
 *   (https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/#localstorageoptions).
 */
export function nodeConfig({ localStorage }: NodeSetup): string {
  return [
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="//"',
    "",
    "--//",
    "Content-Type: application/node.eks.aws",
    "",
    "apiVersion: node.eks.aws/v1alpha1",
    "kind: NodeConfig",
    "spec:",
    "  featureGates:",
    "    FastImagePull: true",
    ...(localStorage ? ["  instance:", "    localStorage:", "      strategy: RAID0"] : []),
    "",
    "--//--",
    "",
  ].join("\n");
}
