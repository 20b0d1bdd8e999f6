/**
 * Names of the services that VPC endpoints lead to.
 *
 * Source: aws/aws-cdk, packages/aws-cdk-lib/aws-ec2/lib/vpc-endpoint.ts (getDefaultEndpointPrefix), and AWS' documents for China
 * (docs.amazonaws.cn), read 2026-11-26.
 */

/** Services whose names have a prefix of their own in China; S3's interface endpoint has it, too, its gateway has not. */
const PREFIXED_IN_CHINA = ["autoscaling", "ec2", "ecr.api", "ecr.dkr", "sts"];

/** @param service such as `ecr.api` @param region such as `cn-north-1` */
export function endpointService(service: string, region: string): string {
  const isPrefixed = region.startsWith("cn-") && PREFIXED_IN_CHINA.includes(service);
  return `${isPrefixed ? "cn." : ""}com.amazonaws.${region}.${service}`;
}
