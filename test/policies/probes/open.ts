/** Probes that the pack does not judge as wanted yet. A line goes with the change that mends it. */
export const OPEN: readonly string[] = [
  "N22 EC2 instance root volume unencrypted",
  "N28 IAM access key through aws-native",
];
