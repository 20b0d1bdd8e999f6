import { isKind, type Resource } from "../../read/kinds.js";
import { isStated } from "../../read/values.js";
import { resourceRule } from "../../rule.js";

/**
 * Resources that are keys without an end, by their types. Names: @pulumi/aws 7.48.0 and, read 2026-11-26,
 * https://www.pulumi.com/docs/reference/pkg/alicloud/ram/accesskey and …/google-native/iam/v1/key; those of `gcp` and of AWS Native are from
 * the providers' documentation, not read here.
 */
const KEYS = [
  "aws:iam/accessKey:AccessKey",
  "aws-native:iam:AccessKey",
  "gcp:serviceaccount/key:Key",
  "google-native:iam/v1:Key",
  "alicloud:ram/accessKey:AccessKey",
];
/** Crossplane's (crossplane-contrib/provider-upjet-aws, apis/iam/v1beta1/zz_accesskey_types.go), also its namespaced ones. */
const KEY_GROUPS = ["iam.aws.upbound.io", "iam.aws.m.upbound.io", "iam.aws.crossplane.io"];
/** Providers of AWS, which take a key in place of a role. */
const PROVIDERS = ["pulumi:providers:aws", "pulumi:providers:aws-native"];

export const noStaticKeys = resourceRule(
  {
    name: "no-static-keys",
    description: "No access keys of IAM users.",
    why: "A key lasts until somebody deletes it, and its secret is in the stack's state and in every copy.",
    remediationSteps: "Give pods a role by EKS Pod Identity, pipelines one by OIDC, people one by IAM Identity Center.",
    equalForms:
      "Keys of the AWS, AWS Native and Crossplane providers are judged alike, and so are keys of Google's service accounts and of Alibaba's users. " +
      "A provider of AWS with an `accessKey` of its own is refused, too, unless it also has a session `token` or `endpoints` of another service. Keys in variables of pods are judged by `no-plain-secrets`.",
    severity: "critical",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    if (isKey(resource)) {
      report("an access key never expires: use a role, by EKS Pod Identity for pods or OIDC for pipelines");
    } else if (isProviderWithKey(resource)) {
      report("accessKey is a key that never expires: leave it out, and let whoever runs the program take on a role");
    }
  },
);

function isKey(resource: Resource): boolean {
  return KEYS.includes(resource.type) || KEY_GROUPS.some((group) => isKind(resource, group, "AccessKey"));
}

/** A session's key ends with it; a stand-in for AWS, such as MinIO, knows no roles. */
function isProviderWithKey({ type, props }: Resource): boolean {
  if (!PROVIDERS.includes(type) || !isStated(props, "accessKey")) return false;
  return !isStated(props, "token") && !isStated(props, "endpoints");
}
