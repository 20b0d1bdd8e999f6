import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { EFS_DRIVER, storageDriver } from "./drivers.js";
import type { StorageCluster } from "./storageCluster.js";

const NFS_PORT = 2049;

/** Inputs of {@link EfsStorage}. */
export interface EfsStorageArgs {
  cluster: StorageCluster;
  /** Subnets of the mount targets, one a zone. @default every private subnet of the cluster */
  subnetIds?: readonly pulumi.Input<string>[];
}

/**
 * A file system for weights, whose throughput follows its use, however little is stored. Everything stays in the class Standard: reads of
 * what has gone to Infrequent Access are slower and cost extra, and a revision that nobody reads is for pruning. It has no backup (EFS' API
 * makes none unless it is asked to), and goes with the stack: all that is in it can be fetched again.
 */
export function efsArgs(name: string, tags: StorageCluster["tags"]): aws.efs.FileSystemArgs {
  return { encrypted: true, throughputMode: "elastic", tags: { ...tags, Name: name } };
}

/** An EFS file system with a mount target in each zone, and the driver that mounts it. */
export class EfsStorage extends pulumi.ComponentResource {
  readonly fileSystemId: pulumi.Output<string>;
  /** What volumes and pods wait for. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: EfsStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:cluster:EfsStorage", name, {}, opts);
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const { cluster } = args;
    const { network, tags } = cluster;
    const subnetIds = args.subnetIds ?? network.privateSubnetIds;

    const fileSystem = new aws.efs.FileSystem(name, efsArgs(name, tags), { parent: this });
    const securityGroup = new aws.ec2.SecurityGroup(
      name,
      {
        vpcId: network.vpcId,
        description: "NFS from nodes of the cluster to the weights",
        ingress: [{ protocol: "tcp", fromPort: NFS_PORT, toPort: NFS_PORT, securityGroups: [cluster.securityGroupId] }],
        tags: { ...tags, Name: name },
      },
      { parent: this },
    );
    // EFS takes one in each zone, and nodes of a zone use that.
    const mountTargets = subnetIds.map(
      (subnetId, index) =>
        new aws.efs.MountTarget(
          `${name}-${index}`,
          { fileSystemId: fileSystem.id, subnetId, securityGroups: [securityGroup.id] },
          { parent: this },
        ),
    );
    const driver = storageDriver(name, EFS_DRIVER, cluster, child);
    this.fileSystemId = fileSystem.id;
    this.ready = [...mountTargets, driver];
    this.registerOutputs({ fileSystemId: this.fileSystemId });
  }
}
