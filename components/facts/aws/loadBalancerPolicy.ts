/**
 * What the AWS Load Balancer Controller may do.
 *
 * Source: docs/install/iam_policy.json of https://github.com/kubernetes-sigs/aws-load-balancer-controller at v3.5.0, 2026-08-03,
 * without the actions of WAF and Shield, whose switches the add-on turns off. Those of other partitions differ by their ARNs
 * (iam_policy_cn.json, iam_policy_us-gov.json). Its Sids are ours.
 */
import type { Policy, Statement } from "./policy.js";

/** Tag that the controller puts on what it makes. */
const TAG = "elbv2.k8s.aws/cluster";
/** The operator `Null` asks whether a tag is absent. */
const PRESENT = "false";
const ABSENT = "true";
/** What the controller made. */
const OWN = { Null: { [`aws:ResourceTag/${TAG}`]: PRESENT } };
/** What gets the tag as it is made. */
const TAGGED_AT_ONCE = { Null: { [`aws:RequestTag/${TAG}`]: PRESENT } };
/** Tags of what the controller made, but for the tag that says so. */
const OTHER_TAGS_OF_OWN = { Null: { [`aws:RequestTag/${TAG}`]: ABSENT, [`aws:ResourceTag/${TAG}`]: PRESENT } };

/** What a load balancer is made from. Most of these actions cannot be limited to resources. */
const READ: Statement = {
  Sid: "Read",
  Effect: "Allow",
  Action: [
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAddresses",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeVpcs",
    "ec2:DescribeVpcPeeringConnections",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeTags",
    "ec2:GetCoipPoolUsage",
    "ec2:DescribeCoipPools",
    "ec2:GetSecurityGroupsForVpc",
    "ec2:DescribeIpamPools",
    "ec2:DescribeRouteTables",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeListenerCertificates",
    "elasticloadbalancing:DescribeSSLPolicies",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetHealth",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTrustStores",
    "elasticloadbalancing:DescribeListenerAttributes",
    "elasticloadbalancing:DescribeCapacityReservation",
    // For listeners with TLS and for logins.
    "acm:ListCertificates",
    "acm:DescribeCertificate",
    "iam:ListServerCertificates",
    "iam:GetServerCertificate",
    "cognito-idp:DescribeUserPoolClient",
  ],
  Resource: "*",
};

function securityGroups(partition: string): Statement[] {
  const groups = `arn:${partition}:ec2:*:*:security-group/*`;
  return [
    {
      // Also in the nodes' group, which others made: it lets load balancers in there.
      Sid: "OpenPorts",
      Effect: "Allow",
      Action: ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress"],
      Resource: "*",
    },
    { Sid: "CreateSecurityGroups", Effect: "Allow", Action: ["ec2:CreateSecurityGroup"], Resource: "*" },
    {
      Sid: "TagNewSecurityGroups",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: groups,
      Condition: { StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" }, ...TAGGED_AT_ONCE },
    },
    {
      Sid: "TagOwnSecurityGroups",
      Effect: "Allow",
      Action: ["ec2:CreateTags", "ec2:DeleteTags"],
      Resource: groups,
      Condition: OTHER_TAGS_OF_OWN,
    },
    {
      Sid: "ChangeOwnSecurityGroups",
      Effect: "Allow",
      Action: ["ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress", "ec2:DeleteSecurityGroup"],
      Resource: "*",
      Condition: OWN,
    },
  ];
}

function loadBalancers(partition: string): Statement[] {
  const of = (...kinds: string[]) => kinds.map((kind) => `arn:${partition}:elasticloadbalancing:*:*:${kind}`);
  const [targetGroups] = of("targetgroup/*/*");
  const balancers = of("targetgroup/*/*", "loadbalancer/net/*/*", "loadbalancer/app/*/*");
  return [
    {
      Sid: "CreateLoadBalancers",
      Effect: "Allow",
      Action: ["elasticloadbalancing:CreateLoadBalancer", "elasticloadbalancing:CreateTargetGroup"],
      Resource: "*",
      Condition: TAGGED_AT_ONCE,
    },
    {
      // Upstream gives these without a condition.
      Sid: "Listen",
      Effect: "Allow",
      Action: [
        "elasticloadbalancing:CreateListener",
        "elasticloadbalancing:DeleteListener",
        "elasticloadbalancing:CreateRule",
        "elasticloadbalancing:DeleteRule",
      ],
      Resource: "*",
    },
    {
      Sid: "TagOwnLoadBalancers",
      Effect: "Allow",
      Action: ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
      Resource: balancers,
      Condition: OTHER_TAGS_OF_OWN,
    },
    {
      Sid: "TagListeners",
      Effect: "Allow",
      Action: ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
      Resource: of("listener/net/*/*/*", "listener/app/*/*/*", "listener-rule/net/*/*/*", "listener-rule/app/*/*/*"),
    },
    {
      Sid: "ChangeOwnLoadBalancers",
      Effect: "Allow",
      Action: [
        "elasticloadbalancing:ModifyLoadBalancerAttributes",
        "elasticloadbalancing:SetIpAddressType",
        "elasticloadbalancing:SetSecurityGroups",
        "elasticloadbalancing:SetSubnets",
        "elasticloadbalancing:DeleteLoadBalancer",
        "elasticloadbalancing:ModifyTargetGroup",
        "elasticloadbalancing:ModifyTargetGroupAttributes",
        "elasticloadbalancing:DeleteTargetGroup",
        "elasticloadbalancing:ModifyListenerAttributes",
        "elasticloadbalancing:ModifyCapacityReservation",
        "elasticloadbalancing:ModifyIpPools",
      ],
      Resource: "*",
      Condition: OWN,
    },
    {
      Sid: "TagNewLoadBalancers",
      Effect: "Allow",
      Action: ["elasticloadbalancing:AddTags"],
      Resource: balancers,
      Condition: {
        StringEquals: { "elasticloadbalancing:CreateAction": ["CreateTargetGroup", "CreateLoadBalancer"] },
        ...TAGGED_AT_ONCE,
      },
    },
    {
      Sid: "RegisterTargets",
      Effect: "Allow",
      Action: ["elasticloadbalancing:RegisterTargets", "elasticloadbalancing:DeregisterTargets"],
      Resource: targetGroups!,
    },
    {
      Sid: "ChangeListeners",
      Effect: "Allow",
      Action: [
        "elasticloadbalancing:ModifyListener",
        "elasticloadbalancing:AddListenerCertificates",
        "elasticloadbalancing:RemoveListenerCertificates",
        "elasticloadbalancing:ModifyRule",
        "elasticloadbalancing:SetRulePriorities",
      ],
      Resource: "*",
    },
  ];
}

/** The policy in a partition, such as `aws`. */
export function loadBalancerPolicy(partition: string): Policy {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        // An account's first load balancer makes the role that AWS runs all of them by.
        Sid: "CreateServiceRole",
        Effect: "Allow",
        Action: ["iam:CreateServiceLinkedRole"],
        Resource: "*",
        Condition: { StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" } },
      },
      READ,
      ...securityGroups(partition),
      ...loadBalancers(partition),
    ],
  };
}
