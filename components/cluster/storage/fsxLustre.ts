import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { LustreFileSystem } from "../../aws/lustreVolume.js";
import type { FsxLustre } from "../../facts/fsxLustreRate.js";
import { notOfCluster } from "../network/zones.js";
import { LUSTRE_DRIVER, storageDriver } from "./drivers.js";
import type { StorageCluster } from "./storageCluster.js";

/** Ports of Lustre's network: docs.aws.amazon.com/fsx/latest/LustreGuide/limit-access-security-groups.html */
export const LUSTRE_PORTS = [
  { fromPort: 988, toPort: 988 },
  { fromPort: 1018, toPort: 1023 },
] as const;

/**
 * The newest that FSx has (…/LustreGuide/managing-lustre-version.html). The kernel of Amazon Linux 2023 has a client of it, and cannot mount the
 * older ones that FSx makes by default (kubernetes-sigs/aws-fsx-csi-driver#437).
 */
const LUSTRE_VERSION = "2.15";

/** Inputs of {@link LustreStorage}. */
export interface LustreStorageArgs extends FsxLustre {
  cluster: StorageCluster;
  /** Zone that the file system is in. @default the first zone of the cluster */
  zone?: string;
  /** Where the zone stands in the config, for messages. */
  zonePath: string;
}

/**
 * A file system for weights, on SSD, compressed. AWS encrypts it in any case, and traffic between its servers and nodes of recent types. It
 * has no backup, and goes with the stack: all that is in it can be fetched again.
 */
export function lustreArgs(
  name: string,
  { sizeGiB, throughputPerTiB }: FsxLustre,
  tags: StorageCluster["tags"],
): Omit<aws.fsx.LustreFileSystemArgs, "subnetIds"> {
  return {
    deploymentType: "PERSISTENT_2",
    storageType: "SSD",
    storageCapacity: sizeGiB,
    perUnitStorageThroughput: throughputPerTiB,
    dataCompressionType: "LZ4",
    fileSystemTypeVersion: LUSTRE_VERSION,
    automaticBackupRetentionDays: 0,
    skipFinalBackup: true,
    tags: { ...tags, Name: name },
  };
}

/** The private subnet of a zone; without a zone, that of the cluster's first. */
export function subnetIn(
  { privateSubnetIds, zoneNames }: StorageCluster["network"],
  zone: string | undefined,
  path: string,
): pulumi.Output<string> {
  if (zone === undefined) return privateSubnetIds[0]!;
  return pulumi.all([pulumi.all(privateSubnetIds), pulumi.all(zoneNames)]).apply(([subnets, zones]) => {
    const subnet = subnets[zones.indexOf(zone)];
    if (subnet === undefined) throw new Error(`${path}: ${notOfCluster([zone], zones)}`);
    return subnet;
  });
}

/** A file system of FSx for Lustre in one zone, and the driver that mounts it. */
export class LustreStorage extends pulumi.ComponentResource {
  readonly fileSystem: LustreFileSystem;
  /** What volumes and pods wait for. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: LustreStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:cluster:LustreStorage", name, {}, opts);
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const { cluster, sizeGiB } = args;
    const { network, tags } = cluster;

    // Servers and clients open connections to each other, and servers among themselves.
    const lustre = LUSTRE_PORTS.map((ports) => ({
      protocol: "tcp",
      ...ports,
      self: true,
      securityGroups: [cluster.securityGroupId],
    }));
    const securityGroup = new aws.ec2.SecurityGroup(
      name,
      {
        vpcId: network.vpcId,
        description: "Lustre between the weights and nodes of the cluster",
        ingress: lustre,
        egress: lustre,
        tags: { ...tags, Name: name },
      },
      { parent: this },
    );
    const toNodes = LUSTRE_PORTS.map(
      (ports) =>
        new aws.vpc.SecurityGroupIngressRule(
          `${name}-${ports.fromPort}`,
          {
            securityGroupId: cluster.securityGroupId,
            referencedSecurityGroupId: securityGroup.id,
            ipProtocol: "tcp",
            ...ports,
            description: "Lustre from the servers of the weights",
            tags: { ...tags, Name: name },
          },
          { parent: this },
        ),
    );
    const fileSystem = new aws.fsx.LustreFileSystem(
      name,
      {
        ...lustreArgs(name, args, tags),
        subnetIds: subnetIn(network, args.zone, args.zonePath),
        securityGroupIds: [securityGroup.id],
      },
      { parent: this },
    );
    const driver = storageDriver(name, LUSTRE_DRIVER, cluster, child);
    this.fileSystem = {
      fileSystemId: fileSystem.id,
      dnsName: fileSystem.dnsName,
      mountName: fileSystem.mountName,
      sizeGiB,
    };
    this.ready = [fileSystem, ...toNodes, driver];
    this.registerOutputs({ fileSystemId: fileSystem.id });
  }
}
