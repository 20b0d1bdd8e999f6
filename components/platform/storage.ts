import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LABELS, MANAGED_BY } from "../vocabulary/labels.js";

const NAME = "gp3";

/** The class of claims that name no class. */
export function storageClassArgs(): k8s.storage.v1.StorageClassArgs {
  return {
    metadata: {
      name: NAME,
      labels: { [LABELS.managedBy]: MANAGED_BY },
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
    provisioner: "ebs.csi.aws.com",
    // https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
    parameters: { type: "gp3", encrypted: "true" },
    // A volume belongs to one zone, so it is made once the pod's zone is known.
    volumeBindingMode: "WaitForFirstConsumer",
    allowVolumeExpansion: true,
    reclaimPolicy: "Delete",
  };
}

/** The StorageClass `gp3`: encrypted EBS volumes, and the cluster's default class, which EKS no longer makes since 1.30. */
export class DefaultStorageClass extends pulumi.ComponentResource {
  /** Name of the StorageClass. */
  readonly className: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:DefaultStorageClass", name, {}, opts);
    const child = { parent: this, dependsOn: opts?.dependsOn };
    this.className = new k8s.storage.v1.StorageClass(name, storageClassArgs(), child).metadata.name;
    this.registerOutputs({ className: this.className });
  }
}
