/** The shape of a cluster to build, as it stands in the stack config. */
import { z } from "zod";
import { nodeGroupSchema } from "../contract/nodes.js";

const cidr = z.cidrv4("is not an IPv4 range: use a form such as 10.0.0.0/16");
const arn = z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:(role|user)\/.+$/, "is not the ARN of an IAM role or user");

/** Keys that become part of resources' names. */
const groupName = z
  .string()
  .regex(/^[a-z][-a-z0-9]{0,39}$/, "is not a name: use up to 40 lower-case letters, digits and dashes, first a letter");

export const networkSchema = z
  .strictObject({
    cidr: cidr.default("10.0.0.0/16").describe("Range of the VPC"),
    zones: z.int().min(2).max(6).default(3).describe("Availability zones; EKS wants two at least"),
    natGateways: z
      .enum(["per-zone", "single"])
      .default("per-zone")
      .describe("single is cheaper, and takes every node's way out with its zone"),
    serviceCidr: cidr.default("172.20.0.0/16").describe("Addresses of Services inside the cluster"),
    interfaceEndpoints: z
      .array(z.enum(["ecr.api", "ecr.dkr", "ec2", "sts", "logs", "eks-auth", "elasticloadbalancing", "autoscaling"]))
      .default([])
      .describe("AWS services reached without NAT; each costs by zone and hour. S3 always is, for free"),
  })
  .describe("VPC and subnets");

export const accessEntrySchema = z.strictObject({
  principalArn: arn.describe("IAM role or user"),
  policy: z
    .enum(["cluster-admin", "admin", "edit", "view"])
    .default("view")
    .describe("EKS access policy; cluster-admin includes every namespace and nodes"),
  namespaces: z.array(z.string().min(1)).min(1).optional().describe("Where it holds; the whole cluster unless said"),
});

export const systemNodesSchema = z
  .strictObject({
    instanceTypes: z.array(z.string().min(1)).min(1).default(["m7i.large"]),
    min: z.int().min(1).default(2).describe("Nodes at the least; two, so that add-ons survive one"),
    max: z.int().min(1).default(4),
  })
  .describe("Nodes without GPUs, for the add-ons");

export const builtNodeGroupSchema = nodeGroupSchema.extend({
  diskGiB: z.int().min(100).max(16384).default(200).describe("Root volume: the vLLM image alone unpacks to 20 GiB"),
  reservation: z
    .strictObject({
      id: z.string().regex(/^cr-[0-9a-f]{8,17}$/, "is not the id of a capacity reservation: cr-…"),
      type: z.enum(["on-demand", "capacity-block"]).default("on-demand"),
      zone: z
        .string()
        .regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, "is not the name of an availability zone: use a form such as us-east-1a")
        .describe("Availability zone of the reserved capacity; the group's nodes start there alone"),
    })
    .optional()
    .describe("Capacity reserved for the group: an ODCR or a Capacity Block"),
});

/** Keys of `vllm:cluster` that describe a cluster to build. */
export const builtClusterShape = {
  name: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]{0,99}$/, "is not an EKS name: use letters, digits, dashes and underscores")
    .describe("Name of the cluster to build"),
  kubernetesVersion: z
    .string()
    .regex(/^1\.\d{2}$/, 'is not a Kubernetes version: use a form such as "1.36", in quotes')
    .describe("Kubernetes version, in quotes: YAML would read 1.30 as 1.3. See components/cluster/versions.ts"),
  network: networkSchema.prefault({}),
  publicEndpoint: z
    .strictObject({ cidrs: z.array(cidr).min(1).describe("Ranges that may reach the API server from outside") })
    .optional()
    .describe("The API server's public endpoint; off unless said"),
  access: z
    .record(groupName, accessEntrySchema)
    .default({})
    .describe("Who may use the Kubernetes API; whoever creates the cluster always may"),
  logRetentionDays: z
    .literal([30, 60, 90, 180, 365, 731])
    .default(90)
    .describe("How long the control plane's logs are kept"),
  systemNodes: systemNodesSchema.prefault({}),
  gpuNodes: z.record(groupName, builtNodeGroupSchema).describe("GPU node groups by name"),
} as const;

export const builtClusterSchema = z.strictObject(builtClusterShape);
export type BuiltClusterConfig = z.infer<typeof builtClusterSchema>;
export type BuiltNodeGroup = z.infer<typeof builtNodeGroupSchema>;
