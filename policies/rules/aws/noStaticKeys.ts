import { resourceRule } from "../../rule.js";

export const noStaticKeys = resourceRule(
  {
    name: "no-static-keys",
    description: "No access keys of IAM users.",
    why: "A key lasts until somebody deletes it, and its secret is in the stack's state and in every copy.",
    remediationSteps: "Give pods a role by EKS Pod Identity, pipelines one by OIDC, people one by IAM Identity Center.",
    severity: "critical",
    enforcementLevel: "mandatory",
  },
  ({ type }, report) => {
    if (type !== "aws:iam/accessKey:AccessKey") return;
    report("an access key never expires: use a role, by EKS Pod Identity for pods or OIDC for pipelines");
  },
);
