/** Roles of AWS, each with its permissions and with what the account wants of every role. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { POD_IDENTITY_TRUST, serviceTrust, type TrustPolicy } from "../facts/aws/trustPolicies.js";

/** An AWS managed policy, by its name after `arn:aws:iam::aws:policy/`. */
export type ManagedPolicy = string;

/** What every role of an account is to have. */
export interface RoleSettings {
  /** @default none */
  tags?: Record<string, string>;
  /** Path of the roles' names, such as `/platform/`. @default "/" */
  path?: string;
  /** ARN of the policy that bounds what the role may ever do. @default none */
  permissionsBoundary?: string;
}

/** A role with its permissions. What uses the role depends on the permissions, so they are created first and deleted last. */
export interface RoleWithPermissions {
  role: aws.iam.Role;
  permissions: pulumi.CustomResource[];
}

/** What a pod may do: by AWS' policies, or by a document of its own. */
export interface PodPolicies {
  /** @default none */
  policies?: readonly ManagedPolicy[];
  /** Policy document. @default none */
  document?: pulumi.Input<aws.iam.PolicyDocument>;
}

/** A role that an AWS service assumes, such as `eks.amazonaws.com`. */
export function serviceRole(
  name: string,
  service: string,
  policies: readonly ManagedPolicy[],
  opts: pulumi.CustomResourceOptions,
  settings?: RoleSettings,
): RoleWithPermissions {
  return roleWith(name, serviceTrust(service), { policies }, opts, settings);
}

/** A role that pods assume through EKS Pod Identity. */
export function podRole(
  name: string,
  policies: PodPolicies,
  opts: pulumi.CustomResourceOptions,
  settings?: RoleSettings,
): RoleWithPermissions {
  return roleWith(name, POD_IDENTITY_TRUST, policies, opts, settings);
}

function roleWith(
  name: string,
  trust: TrustPolicy,
  { policies = [], document }: PodPolicies,
  opts: pulumi.CustomResourceOptions,
  { tags, path, permissionsBoundary }: RoleSettings = {},
): RoleWithPermissions {
  const role = new aws.iam.Role(
    name,
    { assumeRolePolicy: JSON.stringify(trust), tags, path, permissionsBoundary },
    opts,
  );
  const partition = aws.getPartitionOutput({}, opts.parent === undefined ? {} : { parent: opts.parent }).partition;
  const attached = policies.map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        `${name}-${policy.split("/").at(-1)}`,
        { role: role.name, policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/${policy}` },
        opts,
      ),
  );
  if (document === undefined) return { role, permissions: attached };
  const policy = pulumi.output(document).apply((statements) => JSON.stringify(statements));
  return { role, permissions: [...attached, new aws.iam.RolePolicy(name, { role: role.name, policy }, opts)] };
}

/** A service account of the cluster, and what it may do in AWS. */
export interface PodPermissions {
  clusterName: pulumi.Input<string>;
  namespace: string;
  serviceAccount: string;
  /** Policy document. */
  policy: pulumi.Input<aws.iam.PolicyDocument>;
}

/**
 * Gives a service account a role of its own by EKS Pod Identity.
 *
 * @returns what the account's pods depend on: they get credentials as they start
 */
export function podPermissions(
  name: string,
  { clusterName, namespace, serviceAccount, policy }: PodPermissions,
  opts: pulumi.CustomResourceOptions,
  settings: RoleSettings = {},
): pulumi.Resource[] {
  const { role, permissions } = podRole(name, { document: policy }, opts, settings);
  return [
    ...permissions,
    new aws.eks.PodIdentityAssociation(name, { clusterName, namespace, serviceAccount, roleArn: role.arn }, opts),
  ];
}
