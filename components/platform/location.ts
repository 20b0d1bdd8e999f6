import type * as pulumi from "@pulumi/pulumi";
import type { RoleSettings } from "../aws/roles.js";

/** Where a cluster is in AWS, for add-ons that act there. */
export interface AwsLocation {
  region: pulumi.Input<string>;
  /** Twelve digits. */
  accountId: pulumi.Input<string>;
  /** `aws-cn` in China, `aws-us-gov` in GovCloud. @default "aws" */
  partition?: pulumi.Input<string>;
  /** What every role of the account is to have. @default nothing */
  roles?: RoleSettings;
  /** The cluster's VPC; needed by the load balancer controller alone. @default none */
  vpcId?: pulumi.Input<string>;
}
