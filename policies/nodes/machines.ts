/**
 * Machines of EC2 and templates of them, by AWS' two providers.
 * Names of properties: @pulumi/aws 7.48.0, and AWS' schemas in pulumi/pulumi-aws-native, aws-cloudformation-schema, read 2026-11-26.
 */
import type { Resource } from "../read/kinds.js";
import { type Fields, at, fields, isStated } from "../read/values.js";

export interface Machine {
  props: Fields;
  /** Begins the names of properties in messages. */
  path: "" | "launchTemplateData.";
  /** Many machines may be made of it. */
  isTemplate: boolean;
  /** What it does not state itself may be in a template, which is judged, too. */
  hasTemplate: boolean;
}

const TEMPLATES = [
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ec2/launchConfiguration:LaunchConfiguration",
  "aws-native:autoscaling:LaunchConfiguration",
];
const NATIVE_TEMPLATE = "aws-native:ec2:LaunchTemplate";
const INSTANCES = [
  "aws:ec2/instance:Instance",
  "aws:ec2/spotInstanceRequest:SpotInstanceRequest",
  "aws-native:ec2:Instance",
];

export function machineOf({ type, props }: Resource): Machine | undefined {
  if (type === NATIVE_TEMPLATE) {
    const data = fields(at(props, "launchTemplateData"));
    return { props: data, path: "launchTemplateData.", isTemplate: true, hasTemplate: false };
  }
  if (TEMPLATES.includes(type)) return { props, path: "", isTemplate: true, hasTemplate: false };
  if (!INSTANCES.includes(type)) return undefined;
  return { props, path: "", isTemplate: false, hasTemplate: isStated(props, "launchTemplate") };
}
