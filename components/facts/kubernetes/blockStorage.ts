/**
 * Storage that attaches to one node.
 *
 * Sources, read 2026-11-26: drivers and their access modes from kubernetes-csi/docs 883ce07, book/src/drivers.md ("Read/Write Single
 * Pod") and, for the volumes that were part of Kubernetes, kubernetes/website, content/en/docs/concepts/storage/persistent-volumes.md,
 * whose table has "read only on many nodes" for Google's disks and Ceph's RBD of these; Google's disks by their driver from
 * https://cloud.google.com/kubernetes-engine/docs/how-to/persistent-volumes/readonlymany-disks. Usual names of classes, local-path and
 * EKS Auto Mode's driver are from the projects' documentation, not read here.
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

const CEPH_DRIVER = "rbd.csi.ceph.com";

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
    provisioners: [CEPH_DRIVER, "kubernetes.io/rbd"],
    classes: ["rook-ceph-block", "ceph-rbd"],
    volumeField: "rbd",
    readByMany: true,
  },
  { provisioners: ["kubernetes.io/cinder"], volumeField: "cinder" },
  { provisioners: ["dobs.csi.digitalocean.com"], classes: ["do-block"] },
  { provisioners: ["csi.hetzner.cloud"], classes: ["hcloud-volumes"] },
  { provisioners: ["linodebs.csi.linode.com"], classes: ["linode-block"] },
  { provisioners: ["diskplugin.csi.alibabacloud.com"], classes: ["alicloud-disk"] },
  { provisioners: ["vpc.block.csi.ibm.io"], classes: ["ibmc-vpc-block"] },
  { provisioners: ["blockvolume.csi.oraclecloud.com"], classes: ["oci-bv"] },
  { provisioners: ["csi.scaleway.com", "block.csi.vultr.com", "csi.exoscale.com"] },
  { provisioners: ["rancher.io/local-path"], classes: ["local-path"] },
];

/** The block storage that a driver provides; Rook puts its namespace before Ceph's name. */
export function blockStorageOf(provisioner: string): BlockStorage | undefined {
  const driver = provisioner.endsWith(`.${CEPH_DRIVER}`) ? CEPH_DRIVER : provisioner;
  return BLOCK_STORAGE.find(({ provisioners }) => provisioners.includes(driver));
}

/** The block storage that a class has by its usual name: `gp3`, `gp3-encrypted`. */
export function blockStorageNamed(className: string): BlockStorage | undefined {
  return BLOCK_STORAGE.find(
    ({ classes = [], classPrefixes = [] }) =>
      classes.some((name) => className === name || className.startsWith(`${name}-`)) ||
      classPrefixes.some((prefix) => className.startsWith(prefix)),
  );
}
