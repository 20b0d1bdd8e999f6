import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { podPermissions } from "../../aws/roles.js";
import { type S3Prefix, s3Policy } from "../../aws/s3Access.js";
import { mountpointDriver, storageDriver } from "./drivers.js";
import type { StorageCluster } from "./storageCluster.js";

/** A service account that uses the cache by itself. */
export interface CacheUser {
  namespace: string;
  serviceAccount: string;
  access: "read" | "write";
}

/** Inputs of {@link S3Cache}. */
export interface S3CacheArgs extends S3Prefix {
  cluster: Pick<StorageCluster, "clusterName" | "kubernetesVersion" | "tags" | "roles">;
  /** Whether pods read by mounts; else each streams with permissions of its own. */
  mounted: boolean;
  /** By a name for the role. */
  users: Readonly<Record<string, CacheUser>>;
}

/**
 * Permissions for weights in a bucket that exists: the stack makes none, since a bucket is worth more than a cache, and one for several
 * clusters saves each of them the fill. Mounts may read, and nothing else; who fills may write under the prefix alone. The bucket is
 * reached by the S3 gateway endpoint of the VPC.
 */
export class S3Cache extends pulumi.ComponentResource {
  /** What volumes and pods wait for. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: S3CacheArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:cluster:S3Cache", name, {}, opts);
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const { cluster, mounted, users } = args;
    const { partition } = aws.getPartitionOutput({}, { parent: this });
    const policyFor = (access: "read" | "write") => partition.apply((of) => s3Policy(args, access, of));

    const drivers = mounted ? [storageDriver(name, mountpointDriver(policyFor("read")), cluster, child)] : [];
    const permissions = Object.entries(users).flatMap(([user, { namespace, serviceAccount, access }]) =>
      podPermissions(
        `${name}-${user}`,
        { clusterName: cluster.clusterName, namespace, serviceAccount, policy: policyFor(access) },
        { parent: this },
        { ...cluster.roles, tags: cluster.tags },
      ),
    );
    this.ready = [...drivers, ...permissions];
    this.registerOutputs({});
  }
}
