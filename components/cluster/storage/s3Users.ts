import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { podPermissions, type RoleSettings } from "../../aws/roles.js";
import { type S3Grant, s3Policy } from "../../aws/s3Access.js";

/** What pods of a service account may do: parts of buckets by a role of their own, or whatever a role may that exists. */
export type S3User = { grants: readonly S3Grant[] } | { roleArn: string };

/** Inputs of {@link S3Users}. */
export interface S3UsersArgs {
  clusterName: pulumi.Input<string>;
  /** Of the service accounts. */
  namespace: string;
  /** By service account. */
  users: Readonly<Record<string, S3User>>;
  /** What every role of the account is to have. @default nothing */
  roles?: RoleSettings;
}

/**
 * Roles for service accounts whose pods use S3 by themselves, by EKS Pod Identity, which knows one role an account. The stack makes no
 * bucket: one outlives clusters, and serves several of them. It is reached by the S3 gateway endpoint of the stack's VPC.
 */
export class S3Users extends pulumi.ComponentResource {
  /** What the accounts' pods wait for: they get credentials as they start. */
  readonly ready: pulumi.Resource[];

  constructor(
    name: string,
    { clusterName, namespace, users, roles }: S3UsersArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("pulumi-vllm:cluster:S3Users", name, {}, opts);
    const child = { parent: this };
    const { partition } = aws.getPartitionOutput({}, child);
    this.ready = Object.entries(users).flatMap(([serviceAccount, user]): pulumi.Resource[] => {
      const account = { clusterName, namespace, serviceAccount };
      if ("roleArn" in user) {
        const { roleArn } = user;
        return [new aws.eks.PodIdentityAssociation(`${name}-${serviceAccount}`, { ...account, roleArn }, child)];
      }
      const policy = partition.apply((of) => s3Policy(user.grants, of));
      return podPermissions(`${name}-${serviceAccount}`, { ...account, policy }, child, roles);
    });
    this.registerOutputs({});
  }
}
