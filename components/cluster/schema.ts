/** The shape of `vllm:cluster`: a cluster to build, or an existing one. */
import { z } from "zod";
import { nodeGroupSchema } from "../contract/nodeGroup.js";
import { KUBERNETES_VERSIONS } from "../facts/kubernetes/eks.js";
import { cidr, subnetId, zoneName } from "../config/schemas.js";

const arn = z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:(role|user)\/.+$/, "is not the ARN of an IAM role or user");

/** Whether the eight digits at the end are a day. */
function isDay(release: string): boolean {
  const [, year, month, day] = /(\d{4})(\d{2})(\d{2})$/.exec(release) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

/** Keys that become part of resources' names. */
const groupName = z
  .string()
  .regex(/^[a-z][-a-z0-9]{0,39}$/, "is not a name: use up to 40 lower-case letters, digits and dashes, first a letter");

/** Most zones that a VPC is cut for: no region has more. */
export const MOST_ZONES = 6;

const zonesSchema = z.union([
  z.int().min(2).max(MOST_ZONES),
  z.array(zoneName).min(2, "is too few: EKS needs two zones at least, so name two or more").max(MOST_ZONES),
]);

/** A VPC that somebody else made, and looks after. */
export const existingNetworkSchema = z
  .strictObject({
    vpcId: z.string().regex(/^vpc-[0-9a-f]{8,17}$/, "is not the id of a VPC: vpc-…"),
    privateSubnetIds: z
      .array(subnetId)
      .min(2, "is too few: EKS needs subnets in two zones at least, so name two or more")
      .describe(
        "Private subnets for the control plane, nodes and pods, in two zones at least, each with a way out. EKS takes none in another " +
          "zone later",
      ),
    additionalSubnetIds: z
      .array(subnetId)
      .default([])
      .describe("Private subnets that came later, for nodes and pods alone"),
  })
  .describe("A VPC that exists, in place of one of the stack's own");
export type ExistingNetwork = z.infer<typeof existingNetworkSchema>;

export const networkSchema = z
  .strictObject({
    existing: existingNetworkSchema.optional(),
    cidr: cidr.default("10.0.0.0/16").describe("Address range of the VPC"),
    zones: zonesSchema
      .default(3)
      .describe(
        "Availability zones of the control plane and of the nodes: how many, or their names. EKS requires at least two, and " +
          "takes no others later",
      ),
    additionalZones: z
      .array(zoneName)
      .max(MOST_ZONES - 2)
      .default([])
      .describe("Zones that came later, for nodes alone, by name; append to the list, and keep its order"),
    natGateways: z
      .enum(["per-zone", "single"])
      .default("per-zone")
      .describe("single is cheaper, but if its zone fails, no node reaches the internet"),
    serviceCidr: cidr.default("172.20.0.0/16").describe("Addresses of Services inside the cluster"),
    interfaceEndpoints: z
      .array(z.enum(["ecr.api", "ecr.dkr", "ec2", "sts", "logs", "eks-auth", "elasticloadbalancing", "autoscaling"]))
      .default([])
      .describe(
        "AWS services reached without NAT; each is charged by zone and hour. S3 is always included, free of charge",
      ),
  })
  .describe("VPC and subnets");

/** What every role that the stack makes has to have. */
export const iamSchema = z
  .strictObject({
    path: z
      .string()
      .regex(/^\/([\x21-\x7e]+\/)?$/, "is not an IAM path: use a form such as /platform/")
      .optional()
      .describe("Path of the roles' names; default: /"),
    permissionsBoundary: z
      .string()
      .regex(/^arn:aws[\w-]*:iam::(\d{12}|aws):policy\/.+$/, "is not the ARN of an IAM policy")
      .optional()
      .describe("ARN of the policy that bounds every role; default: none"),
  })
  .describe("What the account wants of every IAM role");

export const accessEntrySchema = z.strictObject({
  principalArn: arn.describe("IAM role or user"),
  policy: z
    .enum(["cluster-admin", "admin", "edit", "admin-view", "view"])
    .default("view")
    .describe(
      "EKS access policy. `pulumi up` needs cluster-admin; a preview needs admin-view, which reads everything, Secrets and " +
        "custom resources included; view reads neither",
    ),
  namespaces: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe("Namespaces that it covers; default: the whole cluster"),
});

export const systemNodesSchema = z
  .strictObject({
    instanceTypes: z.array(z.string().min(1)).min(1).default(["m7i.large"]),
    min: z
      .int()
      .min(1)
      .default(3)
      .describe(
        "Fewest nodes; one in each zone, since a volume of Prometheus' is in one zone and its pod needs a node there",
      ),
    max: z.int().min(1).default(5).describe("Most nodes"),
  })
  .describe("Nodes without GPUs, for the add-ons");

const REFUSED =
  "Refused: only for existing clusters. Nodes that the stack builds have this project's labels and taints";

export const builtNodeGroupSchema = nodeGroupSchema.omit({ node: true, taints: true }).extend({
  instanceTypes: z
    .array(z.string())
    .min(1)
    .describe("EC2 instance types; the smallest one limits what a pod may request"),
  // In the schema so that the check can say why they are refused.
  nodeSelector: nodeGroupSchema.shape.nodeSelector.describe(REFUSED),
  tolerations: nodeGroupSchema.shape.tolerations.describe(REFUSED),
  zones: z
    .array(zoneName)
    .min(1)
    .optional()
    .describe(
      "Zones of its nodes, by name. Default: those of the cluster that offer all of its instance types when the group is made; " +
        "managed nodes stay in these",
    ),
  diskGiB: z
    .int()
    .min(50)
    .max(16384)
    .default(100)
    .describe(
      "Root volume. Where all instance types have NVMe disks, images and pods are on those, and this holds the system alone",
    ),
  priority: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .describe(
      "Which group of one GPU and purpose gets the next node: the one with the highest. Default: 30 with a reservation, 20 for " +
        "spot, 10 for on-demand; where the first has no capacity, the next one is taken",
    ),
  sharing: z
    .enum(["time-slicing"])
    .optional()
    .describe(
      "Offers each GPU to several pods as nvidia.com/gpu.shared, by platform.addons.devicePlugin.timeSlicingReplicas; such nodes " +
        "take no models. Default: each GPU is one pod's",
    ),
  reservation: z
    .strictObject({
      id: z.string().regex(/^cr-[0-9a-f]{8,17}$/, "is not the id of a capacity reservation: cr-…"),
      type: z.enum(["on-demand", "capacity-block"]).default("on-demand"),
      zone: zoneName.describe("Availability zone of the reserved capacity; the group's nodes start only there"),
    })
    .optional()
    .describe("Reserved capacity for the group: an On-Demand Capacity Reservation or a Capacity Block"),
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
    .describe(
      "Kubernetes version in EKS' standard support, in quotes, since YAML reads 1.30 as 1.3; known: " +
        KUBERNETES_VERSIONS.join(", "),
    ),
  network: networkSchema.prefault({}),
  publicEndpoint: z
    .union([
      z.literal(false),
      z.strictObject({
        cidrs: z.array(cidr).min(1).describe("Address ranges that may reach the API server from outside"),
      }),
    ])
    .optional()
    .describe(
      "Public endpoint of the API server; false: none, and whoever runs `pulumi up` reaches the VPC. Default: none, with a warning",
    ),
  access: z
    .record(groupName, accessEntrySchema)
    .default({})
    .describe("Who may use the Kubernetes API, in addition to the creator of the cluster"),
  deletionProtection: z
    .boolean()
    .default(true)
    .describe(
      "Whether EKS refuses to delete the cluster; set it to false, and run `pulumi up`, before `pulumi destroy`",
    ),
  iam: iamSchema.prefault({}),
  amiRelease: z
    .string()
    .regex(/^1\.\d{2}\.\d+-20\d{6}$/, "is not the release of an AMI: use a form such as 1.36.1-20261106")
    .refine(isDay, { error: "ends in no day: use a form such as 1.36.1-20261106" })
    .optional()
    .describe(
      "Release of the nodes' AMIs. Default: AWS' newest when a group is made, and again when kubernetesVersion changes. The newest: " +
        "`aws ssm get-parameter --name /aws/service/eks/optimized-ami/1.36/amazon-linux-2023/x86_64/nvidia/recommended/release_version`",
    ),
  nodes: z
    .enum(["managed", "karpenter"])
    .default("managed")
    .describe(
      "What makes GPU nodes: managed node groups and the cluster autoscaler, or Karpenter with one NodePool for each of gpuNodes",
    ),
  logRetentionDays: z
    .literal([30, 60, 90, 180, 365, 731])
    .default(90)
    .describe("Days that the control plane's logs are kept"),
  systemNodes: systemNodesSchema.prefault({}),
  gpuNodes: z.record(groupName, builtNodeGroupSchema).describe("GPU node groups by name"),
} as const;

export const builtClusterSchema = z.strictObject(builtClusterShape);
export type BuiltClusterConfig = z.infer<typeof builtClusterSchema>;
export type BuiltNodeGroup = z.infer<typeof builtNodeGroupSchema>;

/** Nodes of all groups at their most. */
export function mostNodes({ systemNodes, gpuNodes }: Pick<BuiltClusterConfig, "systemNodes" | "gpuNodes">): number {
  return Object.values(gpuNodes).reduce((sum, { max }) => sum + max, systemNodes.max);
}

const existingSchema = z
  .strictObject({
    name: z.string().min(1).describe("Name that identifies the cluster; changing it replaces every resource"),
    context: z.string().min(1).optional().describe("Context of the kubeconfig; default: the current context"),
    kubeconfig: z
      .string()
      .min(1)
      .optional()
      .describe("Contents of a kubeconfig, as a secret; default: KUBECONFIG or ~/.kube/config"),
    gpuNodes: z
      .record(z.string(), nodeGroupSchema)
      .optional()
      .describe("GPU node groups of the cluster; without them placement, capacity and cost are not checked"),
  })
  .describe(
    "An existing cluster with KEDA, the Prometheus operator, NVIDIA's device plugin and a network plug-in that enforces NetworkPolicies",
  );

/** `vllm:cluster` that names an existing cluster. */
export const existingClusterSchema = z.strictObject({ existing: existingSchema });
export type ExistingClusterConfig = z.infer<typeof existingSchema>;
