/**
 * What Karpenter may do, and the events by which EC2 tells it that a node will go.
 *
 * Source: https://github.com/aws/karpenter-provider-aws at v1.14.1, 2026-08-20,
 * website/content/en/preview/getting-started/getting-started-with-karpenter/cloudformation.yaml, with all its statements in one
 * policy. It creates, changes and deletes only what has the cluster's tag.
 */
import type { Policy, Statement } from "./policy.js";

/** What {@link karpenterPolicy} is limited to. */
export interface KarpenterScope {
  partition: string;
  region: string;
  accountId: string;
  clusterName: string;
  /** The queue of the events. */
  queueArn: string;
  /** The role that nodes take. */
  nodeRoleArn: string;
}

/** A condition that tags are as given: of the request, which makes something, or of what there is. */
function tagged(of: "Request" | "Resource", tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:${of}Tag/${key}`, value]));
}

const OF_NODE_POOL = { "karpenter.sh/nodepool": "*" };
const OF_NODE_CLASS = { "karpenter.k8s.aws/ec2nodeclass": "*" };

/** Instances, and what belongs to them. */
function nodeLifecycle({ partition, region, clusterName }: KarpenterScope): Statement[] {
  const ec2 = (account: "" | "*", ...kinds: string[]) =>
    kinds.map((kind) => `arn:${partition}:ec2:${region}:${account}:${kind}/*`);
  const owned = { [`kubernetes.io/cluster/${clusterName}`]: "owned" };
  const named = { "eks:eks-cluster-name": clusterName };
  const made = ec2(
    "*",
    "fleet",
    "instance",
    "volume",
    "network-interface",
    "launch-template",
    "spot-instances-request",
  );
  const launch = ["ec2:RunInstances", "ec2:CreateFleet"];
  const own = { StringEquals: tagged("Resource", owned), StringLike: tagged("Resource", OF_NODE_POOL) };
  const tags = { ...tagged("Request", owned), ...tagged("Request", named) };
  return [
    {
      Sid: "AllowScopedEC2InstanceAccessActions",
      Effect: "Allow",
      Action: launch,
      Resource: [
        ...ec2("", "image", "snapshot"),
        ...ec2("*", "security-group", "subnet", "capacity-reservation", "placement-group"),
      ],
    },
    {
      Sid: "AllowScopedEC2LaunchTemplateAccessActions",
      Effect: "Allow",
      Action: launch,
      Resource: ec2("*", "launch-template"),
      Condition: own,
    },
    {
      Sid: "AllowScopedEC2InstanceActionsWithTags",
      Effect: "Allow",
      Action: [...launch, "ec2:CreateLaunchTemplate"],
      Resource: made,
      Condition: { StringEquals: tags, StringLike: tagged("Request", OF_NODE_POOL) },
    },
    {
      Sid: "AllowScopedResourceCreationTagging",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: made,
      Condition: {
        StringEquals: { ...tags, "ec2:CreateAction": ["RunInstances", "CreateFleet", "CreateLaunchTemplate"] },
        StringLike: tagged("Request", OF_NODE_POOL),
      },
    },
    {
      Sid: "AllowScopedResourceTagging",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: ec2("*", "instance"),
      Condition: {
        ...own,
        StringEqualsIfExists: tagged("Request", named),
        "ForAllValues:StringEquals": { "aws:TagKeys": ["eks:eks-cluster-name", "karpenter.sh/nodeclaim", "Name"] },
      },
    },
    {
      Sid: "AllowScopedDeletion",
      Effect: "Allow",
      Action: ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
      Resource: ec2("*", "instance", "launch-template"),
      Condition: own,
    },
  ];
}

/** Instance profiles, which give the nodes their role. */
function instanceProfiles({ partition, region, accountId, clusterName, nodeRoleArn }: KarpenterScope): Statement[] {
  const profiles = `arn:${partition}:iam::${accountId}:instance-profile/*`;
  const owned = { [`kubernetes.io/cluster/${clusterName}`]: "owned" };
  const here = { "topology.kubernetes.io/region": region };
  const own = {
    StringEquals: tagged("Resource", { ...owned, ...here }),
    StringLike: tagged("Resource", OF_NODE_CLASS),
  };
  const tags = {
    StringEquals: tagged("Request", { ...owned, "eks:eks-cluster-name": clusterName, ...here }),
    StringLike: tagged("Request", OF_NODE_CLASS),
  };
  return [
    {
      Sid: "AllowPassingInstanceRole",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: nodeRoleArn,
      Condition: { StringEquals: { "iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"] } },
    },
    {
      Sid: "AllowScopedInstanceProfileCreationActions",
      Effect: "Allow",
      Action: ["iam:CreateInstanceProfile"],
      Resource: profiles,
      Condition: tags,
    },
    {
      Sid: "AllowScopedInstanceProfileTagActions",
      Effect: "Allow",
      Action: ["iam:TagInstanceProfile"],
      Resource: profiles,
      Condition: {
        StringEquals: { ...own.StringEquals, ...tags.StringEquals },
        StringLike: { ...own.StringLike, ...tags.StringLike },
      },
    },
    {
      Sid: "AllowScopedInstanceProfileActions",
      Effect: "Allow",
      Action: ["iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"],
      Resource: profiles,
      Condition: own,
    },
    {
      Sid: "AllowUnscopedInstanceProfileListAction",
      Effect: "Allow",
      Action: ["iam:ListInstanceProfiles"],
      Resource: "*",
    },
    {
      Sid: "AllowInstanceProfileReadActions",
      Effect: "Allow",
      Action: ["iam:GetInstanceProfile"],
      Resource: profiles,
    },
  ];
}

/** What it plans with, and what it is told. */
function discovery({ partition, region, accountId, clusterName, queueArn }: KarpenterScope): Statement[] {
  const cluster = `arn:${partition}:eks:${region}:${accountId}:cluster/${clusterName}`;
  return [
    {
      Sid: "AllowAPIServerEndpointDiscovery",
      Effect: "Allow",
      Action: ["eks:DescribeCluster"],
      Resource: cluster,
    },
    {
      Sid: "AllowInterruptionQueueActions",
      Effect: "Allow",
      Action: ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"],
      Resource: queueArn,
    },
    {
      Sid: "AllowZonalShiftStatusReadOnly",
      Effect: "Allow",
      Action: ["arc-zonal-shift:GetManagedResource"],
      Resource: "*",
      Condition: { StringEquals: { "arc-zonal-shift:ResourceIdentifier": cluster } },
    },
    {
      Sid: "AllowRegionalReadActions",
      Effect: "Allow",
      Action: [
        "ec2:DescribeCapacityReservations",
        "ec2:DescribeImages",
        "ec2:DescribeInstances",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstanceTypeOfferings",
        "ec2:DescribeInstanceTypes",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribePlacementGroups",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSpotPriceHistory",
        "ec2:DescribeSubnets",
      ],
      Resource: "*",
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    },
    {
      Sid: "AllowSSMReadActions",
      Effect: "Allow",
      Action: ["ssm:GetParameter"],
      Resource: `arn:${partition}:ssm:${region}::parameter/aws/service/*`,
    },
    { Sid: "AllowPricingReadActions", Effect: "Allow", Action: ["pricing:GetProducts"], Resource: "*" },
  ];
}

/** The controller's policy. */
export function karpenterPolicy(scope: KarpenterScope): Policy {
  return {
    Version: "2012-10-17",
    Statement: [...nodeLifecycle(scope), ...instanceProfiles(scope), ...discovery(scope)],
  };
}

/** Events that the queue gets, each by the ending of its rule's name. */
export const KARPENTER_EVENTS: Readonly<Record<string, { source: string; type: string }>> = {
  "scheduled-change": { source: "aws.health", type: "AWS Health Event" },
  "spot-interruption": { source: "aws.ec2", type: "EC2 Spot Instance Interruption Warning" },
  rebalance: { source: "aws.ec2", type: "EC2 Instance Rebalance Recommendation" },
  "state-change": { source: "aws.ec2", type: "EC2 Instance State-change Notification" },
  "reservation-interruption": {
    source: "aws.ec2",
    type: "EC2 Capacity Reservation Instance Interruption Warning",
  },
};

/** Seconds that the queue keeps an event: a node whose interruption is older is gone. */
export const KARPENTER_QUEUE_SECONDS = 300;

/** Lets EventBridge write to the queue, and nobody use it without TLS. */
export function karpenterQueuePolicy(queueArn: string): Policy {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AllowEvents",
        Effect: "Allow",
        Principal: { Service: ["events.amazonaws.com", "sqs.amazonaws.com"] },
        Action: ["sqs:SendMessage"],
        Resource: queueArn,
      },
      {
        Sid: "DenyHTTP",
        Effect: "Deny",
        Principal: "*",
        Action: ["sqs:*"],
        Resource: queueArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}
