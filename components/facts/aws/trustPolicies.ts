/** Who may take on a role of AWS. */

export interface TrustPolicy {
  Version: "2012-10-17";
  Statement: { Effect: "Allow"; Principal: { Service: string }; Action: string[] }[];
}

/** For a service of AWS, such as `eks.amazonaws.com`. */
export function serviceTrust(service: string): TrustPolicy {
  return trust(service, ["sts:AssumeRole"]);
}

/**
 * For pods by EKS Pod Identity; sessions carry the cluster, namespace and service account as tags.
 * Source: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
 */
export const POD_IDENTITY_TRUST: TrustPolicy = trust("pods.eks.amazonaws.com", ["sts:AssumeRole", "sts:TagSession"]);

function trust(service: string, actions: string[]): TrustPolicy {
  return {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: actions }],
  };
}
