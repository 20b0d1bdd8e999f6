/** Probes that the pack does not judge as wanted yet. A line goes with the change that mends it. */
export const OPEN: readonly string[] = [
  "N1 secretsmanager:Get* on *",
  "N2 ssm:Get* on * / s3:Get* on *",
  "N4 sts:AssumeRole on *",
  "N5 s3:?* ",
  "N7 wildcard with trivial condition",
  "N9 assumeRolePolicy Principal *",
  "N13b SecretsManagerReadWrite",
  "N15 publicAccessCidrs 0.0.0.0/1+128.0.0.0/1",
  "N16 aws-native EKS cluster open",
  "N22 EC2 instance root volume unencrypted",
  "N28 IAM access key through aws-native",
];
