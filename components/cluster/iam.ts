import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { POD_IDENTITY_TRUST, serviceTrust, type TrustPolicy } from "../facts/aws/trustPolicies.js";

/** An AWS managed policy, by its name after `arn:aws:iam::aws:policy/`. */
export type ManagedPolicy = string;

/** A role with its permissions. What uses the role depends on the permissions, so they are created first and deleted last. */
export interface RoleWithPermissions {
  role: aws.iam.Role;
  permissions: aws.iam.RolePolicyAttachment[];
}

/** A role that an AWS service assumes, such as `eks.amazonaws.com`. */
export function serviceRole(
  name: string,
  service: string,
  policies: readonly ManagedPolicy[],
  opts: pulumi.CustomResourceOptions,
  tags?: Record<string, string>,
): RoleWithPermissions {
  return roleWith(name, serviceTrust(service), policies, opts, tags);
}

/** A role that pods assume through EKS Pod Identity. */
export function podRole(
  name: string,
  policies: readonly ManagedPolicy[],
  opts: pulumi.CustomResourceOptions,
  tags?: Record<string, string>,
): RoleWithPermissions {
  return roleWith(name, POD_IDENTITY_TRUST, policies, opts, tags);
}

function roleWith(
  name: string,
  trust: TrustPolicy,
  policies: readonly ManagedPolicy[],
  opts: pulumi.CustomResourceOptions,
  tags?: Record<string, string>,
): RoleWithPermissions {
  const role = new aws.iam.Role(name, { assumeRolePolicy: JSON.stringify(trust), tags }, opts);
  const partition = aws.getPartitionOutput({}, opts.parent === undefined ? {} : { parent: opts.parent }).partition;
  const permissions = policies.map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-${policy.split("/").at(-1)}`,
        { role: role.name, policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/${policy}` },
        opts,
      ),
  );
  return { role, permissions };
}
