/**
 * Storage that attaches to one node.
 *
 * Sources, read 2026-11-26: drivers and their access modes from https://kubernetes-csi.github.io/docs/drivers.html and, for the volumes
 * that were part of Kubernetes, https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes, which has "read only on
 * many nodes" for Google's disks and Ceph's RBD alone; Hyperdisk ML on many nodes from
 * https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/hyperdisk-ml; local-path from rancher/local-path-provisioner.
 */

export interface BlockStorage {
  /** Names of its drivers, as a StorageClass or a PersistentVolume has them. */
  provisioners: readonly string[];
  /** Usual names of its classes: whole, or before a dash. */
  classes?: readonly string[];
  /** What the names of further classes begin with. */
  classPrefixes?: readonly string[];
  /** The field of a PersistentVolume that names such a volume without a driver. */
  volumeField?: string;
  /** Many nodes may attach it to read. */
  readByMany?: true;
}

export const BLOCK_STORAGE: readonly BlockStorage[] = [
  {
    provisioners: ["ebs.csi.aws.com", "ebs.csi.eks.amazonaws.com", "kubernetes.io/aws-ebs"],
    classes: ["gp2", "gp3", "io1", "io2", "st1", "sc1", "ebs", "auto-ebs"],
    volumeField: "awsElasticBlockStore",
  },
  {
    provisioners: ["pd.csi.storage.gke.io", "kubernetes.io/gce-pd"],
    classes: ["standard-rwo", "premium-rwo"],
    classPrefixes: ["pd-", "hyperdisk-"],
    volumeField: "gcePersistentDisk",
    readByMany: true,
  },
  {
    provisioners: ["disk.csi.azure.com", "kubernetes.io/azure-disk"],
    classes: ["managed-csi", "managed-premium"],
    volumeField: "azureDisk",
  },
  {
    provisioners: ["rbd.csi.ceph.com", "kubernetes.io/rbd"],
    classes: ["rook-ceph-block", "ceph-rbd"],
    volumeField: "rbd",
    readByMany: true,
  },
  { provisioners: ["kubernetes.io/cinder"], volumeField: "cinder" },
  { provisioners: ["dobs.csi.digitalocean.com"], classes: ["do-block"] },
  { provisioners: ["csi.hetzner.cloud"], classes: ["hcloud-volumes"] },
  { provisioners: ["linodebs.csi.linode.com"], classes: ["linode-block"] },
  { provisioners: ["diskplugin.csi.alibabacloud.com"], classes: ["alicloud-disk"] },
  { provisioners: ["vpc.block.csi.ibm.io", "block.csi.ibm.com"], classes: ["ibmc-vpc-block"] },
  { provisioners: ["rancher.io/local-path"], classes: ["local-path"] },
];

/** The block storage that a driver provides; Rook puts its namespace before Ceph's names. */
export function blockStorageOf(provisioner: string): BlockStorage | undefined {
  return BLOCK_STORAGE.find(({ provisioners }) =>
    provisioners.some((name) => provisioner === name || provisioner.endsWith(`.${name}`)),
  );
}

/** The block storage that a class has by its usual name: `gp3`, `gp3-encrypted`. */
export function blockStorageNamed(className: string): BlockStorage | undefined {
  return BLOCK_STORAGE.find(
    ({ classes = [], classPrefixes = [] }) =>
      classes.some((name) => className === name || className.startsWith(`${name}-`)) ||
      classPrefixes.some((prefix) => className.startsWith(prefix)),
  );
}
