/**
 * Where resources keep policy documents of IAM, and the managed policies that they attach.
 * Names of properties, read 2026-11-26: @pulumi/aws 7.48.0; AWS' schemas in pulumi/pulumi-aws-native, aws-cloudformation-schema;
 * apis/v1alpha1 of aws-controllers-k8s/iam-controller 1bb7fc9 (role.go, user.go, group.go, policy.go). Crossplane's provider derives its names from the arguments of Terraform's,
 * as @pulumi/aws does.
 */
import { kindOf, type Resource } from "../read/kinds.js";
import { fields, list } from "../read/values.js";

interface Holder {
  /** Paths of documents that allow something to whom they are attached to; `[]` is each item of a list, or each entry of a map. */
  permissions?: string[];
  /** Path of the document that says who may take on a role. */
  trust?: string;
  /** Path of ARNs of managed policies. */
  attached?: string;
}

const KINDS = ["role", "user", "group"] as const;
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const forEachKind = (holder: (kind: string, name: string) => Array<[string, Holder]>) =>
  Object.fromEntries(KINDS.flatMap((kind) => holder(kind, capital(kind))));

const HOLDERS: Readonly<Record<string, Holder>> = {
  "aws:iam/policy:Policy": { permissions: ["policy"] },
  "aws:iam/role:Role": {
    permissions: ["inlinePolicies[].policy"],
    trust: "assumeRolePolicy",
    attached: "managedPolicyArns",
  },
  "aws:iam/policyAttachment:PolicyAttachment": { attached: "policyArn" },
  ...forEachKind((kind, name) => [
    [`aws:iam/${kind}Policy:${name}Policy`, { permissions: ["policy"] }],
    [`aws:iam/${kind}PolicyAttachment:${name}PolicyAttachment`, { attached: "policyArn" }],
    [`aws:iam/${kind}PolicyAttachmentsExclusive:${name}PolicyAttachmentsExclusive`, { attached: "policyArns" }],
    [`aws-native:iam:${name}Policy`, { permissions: ["policyDocument"] }],
    [`aws-native:iam:${name}`, { permissions: ["policies[].policyDocument"], attached: "managedPolicyArns" }],
    [`iam.aws.upbound.io:${name}Policy`, { permissions: ["spec.forProvider.policy"] }],
    [`iam.aws.upbound.io:${name}PolicyAttachment`, { attached: "spec.forProvider.policyArn" }],
  ]),
  "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": { permissions: ["inlinePolicy"] },
  "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": { attached: "managedPolicyArn" },
  "aws:ssoadmin/managedPolicyAttachmentsExclusive:ManagedPolicyAttachmentsExclusive": { attached: "managedPolicyArns" },
  "aws-native:iam:ManagedPolicy": { permissions: ["policyDocument"] },
  "aws-native:iam:Policy": { permissions: ["policyDocument"] },
  "aws-native:iam:Role": {
    permissions: ["policies[].policyDocument"],
    trust: "assumeRolePolicyDocument",
    attached: "managedPolicyArns",
  },
  "aws-native:sso:PermissionSet": { permissions: ["inlinePolicy"], attached: "managedPolicies" },
  "iam.services.k8s.aws:Policy": { permissions: ["spec.policyDocument"] },
  "iam.services.k8s.aws:Role": {
    permissions: ["spec.inlinePolicies[]"],
    trust: "spec.assumeRolePolicyDocument",
    attached: "spec.policies",
  },
  ...Object.fromEntries(
    ["User", "Group"].map((kind) => [
      `iam.services.k8s.aws:${kind}`,
      { permissions: ["spec.inlinePolicies[]"], attached: "spec.policies" },
    ]),
  ),
  "iam.aws.upbound.io:Policy": { permissions: ["spec.forProvider.policy"] },
  "iam.aws.upbound.io:Role": {
    permissions: ["spec.forProvider.inlinePolicy[].policy"],
    trust: "spec.forProvider.assumeRolePolicy",
    attached: "spec.forProvider.managedPolicyArns",
  },
};

/** A value that is read when a rule asks for it. */
export interface Held {
  path: string;
  read: () => unknown;
}

export function permissionsIn(resource: Resource): Held[] {
  return (holderOf(resource)?.permissions ?? []).flatMap((path) => heldAt(resource.props, path));
}

export function trustIn(resource: Resource): Held[] {
  const path = holderOf(resource)?.trust;
  return path === undefined ? [] : heldAt(resource.props, path);
}

export function attachedIn(resource: Resource): Held[] {
  const path = holderOf(resource)?.attached;
  return path === undefined ? [] : heldAt(resource.props, path);
}

function holderOf({ type }: Resource): Holder | undefined {
  const kind = kindOf(type);
  // Crossplane's namespaced kinds have the letter m in their group.
  const key = kind === undefined ? type : `${kind.group.replace(".aws.m.", ".aws.")}:${kind.kind}`;
  return Object.hasOwn(HOLDERS, key) ? HOLDERS[key] : undefined;
}

function heldAt(props: unknown, path: string): Held[] {
  const [own = "", ...inner] = path.split("[]");
  const value = () => own.split(".").reduce<unknown>((found, key) => fields(found)[key], props);
  if (inner.length === 0) return [{ path, read: value }];
  const items = value();
  const rest = inner.join("[]").replace(/^\./, "");
  const keys = Array.isArray(items) ? items.map((_, index) => index) : Object.keys(fields(items));
  return keys.map((key) => ({
    path: `${own}[${key}]${rest === "" ? "" : `.${rest}`}`,
    read: () => {
      const item: unknown = Array.isArray(items) ? list(items)[Number(key)] : fields(items)[key];
      return rest === "" ? item : fields(item)[rest];
    },
  }));
}
