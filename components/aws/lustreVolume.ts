/** A file system of FSx for Lustre as Kubernetes mounts it. */
import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";

/** A file system of FSx for Lustre. */
export interface LustreFileSystem {
  fileSystemId: pulumi.Input<string>;
  dnsName: pulumi.Input<string>;
  /** What Lustre calls it, such as `q5pdvb4v`. */
  mountName: pulumi.Input<string>;
  sizeGiB: number;
}

/**
 * The spec of a PersistentVolume for a file system that exists. Nothing is provisioned, so the driver needs no permission in AWS.
 *
 * The root of a new file system is root's, with mode 0755. Kubelet gives it to the group of the first pod that mounts the volume to
 * write and states `fsGroup`: it becomes 2775, of that group. The pod itself needs no root, so it may be in a namespace with the
 * restricted Pod Security Standard. The driver's policy ReadWriteOnceWithFSType wants two things of the volume for that: `fsType`, and
 * ReadWriteOnce among its access modes. ReadWriteMany comes first, since the driver is told the first one alone. Pods state
 * `fsGroupChangePolicy: OnRootMismatch`, so that kubelet does not go through all weights at each start; of volumes
 * that are mounted read-only it leaves the owner alone.
 *
 * Sources, read 2026-11-26: charts/aws-fsx-csi-driver/values.yaml, pkg/driver and docs/troubleshooting.md of
 * kubernetes-sigs/aws-fsx-csi-driver 5b22712; supportsFSGroup and SetUpAt in pkg/volume/csi/csi_mounter.go of Kubernetes.
 */
export function lustreVolumeSpec({
  fileSystemId,
  dnsName,
  mountName,
  sizeGiB,
}: LustreFileSystem): k8s.types.input.core.v1.PersistentVolumeSpec {
  return {
    capacity: { storage: `${sizeGiB}Gi` },
    volumeMode: "Filesystem",
    accessModes: ["ReadWriteMany", "ReadWriteOnce"],
    // Of the stack's own claim, and of none that asks for a class.
    storageClassName: "",
    // The file system goes with the stack, not with the claim.
    persistentVolumeReclaimPolicy: "Retain",
    mountOptions: ["flock", "noatime"],
    csi: {
      driver: "fsx.csi.aws.com",
      volumeHandle: fileSystemId,
      fsType: "lustre",
      volumeAttributes: { dnsname: dnsName, mountname: mountName },
    },
  };
}
