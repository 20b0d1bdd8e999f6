/** How a node's agent, nodeadm, sets the node up. */

/** What a group's nodes are to do. */
export interface NodeSetup {
  /** Every instance type has NVMe disks of its own. */
  localStorage: boolean;
  /** Folder for cached weights on those disks, under {@link LOCAL_DISKS}. @default none */
  cacheFolder?: string | undefined;
}

/** Where nodeadm mounts the volume that it makes of the NVMe disks. */
export const LOCAL_DISKS = "/mnt/k8s-disks/0";

/** User and group of our pods. */
const OWNER = 2000;

/**
 * nodeadm's configuration, which EKS and Karpenter merge with their own:
 *
 * - `FastImagePull` fetches and unpacks the layers of an image in parallel, by the SOCI snapshotter. vLLM's image has 10 GB in a
 *   few large layers. A node with fewer than 4 cores or 7 GiB goes on without it
 *   (https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/examples/#enabling-fast-image-pull-experimental; AMIs from v20250821 on);
 * - `localStorage` makes one volume of the instance's own NVMe disks for images, containers and `emptyDir`s
 *   (https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/#localstorageoptions).
 */
export function nodeConfig({ localStorage, cacheFolder }: NodeSetup): string {
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
    ...(cacheFolder === undefined ? [] : cacheScript(cacheFolder)),
    "--//--",
    "",
  ].join("\n");
}

/**
 * A part that cloud-init runs at a node's first start: it has kubelet make the folder each time that it starts.
 *
 * The script itself would make it below the mount: nodeadm-run mounts the disks after cloud-init has ended, and then starts kubelet, at
 * every boot anew (templates/al2023/runtime/rootfs/etc/systemd/system, runtime/bin/setup-local-disks and nodeadm/cmd/nodeadm/init/init.go of
 * awslabs/amazon-eks-ami 81fec2e, read 2026-11-26). In kubelet's unit it comes after the mount and before any pod. Where nothing is
 * mounted no folder is made, so that a pod that wants it is told so, in place of filling the root volume.
 */
function cacheScript(folder: string): string[] {
  const unit = "/etc/systemd/system/kubelet.service.d/50-weights.conf";
  const make = `mountpoint --quiet ${LOCAL_DISKS} && install --directory --owner=${OWNER} --group=${OWNER} --mode=0770 ${folder}`;
  return [
    "--//",
    'Content-Type: text/x-shellscript; charset="us-ascii"',
    "",
    "#!/bin/bash",
    "set -o errexit",
    `mkdir --parents ${unit.replace(/\/[^/]*$/, "")}`,
    `cat > ${unit} <<'UNIT'`,
    "[Service]",
    // A dash: kubelet starts whatever comes of it.
    `ExecStartPre=-/bin/bash -c '${make}'`,
    "UNIT",
    "systemctl daemon-reload",
    "",
  ];
}
