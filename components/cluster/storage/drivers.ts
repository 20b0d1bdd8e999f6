/**
 * CSI drivers of AWS' storage, as add-ons that EKS installs and updates. Their controllers tolerate no taint of GPU nodes, so they run on
 * system nodes without a word of configuration; their node pods tolerate every taint.
 *
 * Sources, read 2026-11-26: docs.aws.amazon.com/eks/latest/userguide/workloads-add-ons-available-eks.html, …/fsx-csi-create.html and
 * …/mountpoint-for-s3-add-on.html for names; the charts' values.yaml of kubernetes-sigs/aws-efs-csi-driver a4fc676 (3.4.1),
 * kubernetes-sigs/aws-fsx-csi-driver 5b22712 (1.9.0) and awslabs/mountpoint-s3-csi-driver 57c6bed (2.7.0) for service accounts and tolerations.
 */
import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AddonFacts, ManagedAddon } from "../addons.js";
import type { StorageCluster } from "./storageCluster.js";

export const EFS_DRIVER: AddonFacts = {
  name: "aws-efs-csi-driver",
  beforeNodes: false,
  // To make and delete access points that it has tagged.
  identity: { serviceAccount: "efs-csi-controller-sa", policies: ["service-role/AmazonEFSCSIDriverPolicy"] },
};

/** Without permissions: it mounts what the stack has made. AWS' guide has AmazonFSxFullAccess for drivers that make file systems. */
export const LUSTRE_DRIVER: AddonFacts = { name: "aws-fsx-csi-driver", beforeNodes: false };

/** @param document what mounts may do in S3 */
export function mountpointDriver(document: pulumi.Input<aws.iam.PolicyDocument>): AddonFacts {
  return {
    name: "aws-mountpoint-s3-csi-driver",
    beforeNodes: false,
    identity: { serviceAccount: "s3-csi-driver-sa", document },
  };
}

/** The driver as an add-on of the cluster. */
export function storageDriver(
  name: string,
  facts: AddonFacts,
  { clusterName, kubernetesVersion, tags, roles }: StorageCluster,
  opts: pulumi.ComponentResourceOptions,
): ManagedAddon {
  return new ManagedAddon(`${name}-driver`, { facts, clusterName, kubernetesVersion, tags, roles }, opts);
}
