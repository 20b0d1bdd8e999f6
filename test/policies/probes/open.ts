/** Probes that the pack does not judge as wanted yet. A line goes with the change that mends it. */
export const OPEN: readonly string[] = [
  "N15 publicAccessCidrs 0.0.0.0/1+128.0.0.0/1",
  "N16 aws-native EKS cluster open",
  "N22 EC2 instance root volume unencrypted",
  "N28 IAM access key through aws-native",
];
