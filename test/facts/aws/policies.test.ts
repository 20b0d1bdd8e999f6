import assert from "node:assert/strict";

import { karpenterPolicy, karpenterQueuePolicy } from "../../../components/facts/aws/karpenterPolicy.js";
import { loadBalancerPolicy } from "../../../components/facts/aws/loadBalancerPolicy.js";
import type { Policy, Statement } from "../../../components/facts/aws/policy.js";

/** All inline policies of a role together, in characters without blanks: docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const INLINE_CHARACTERS = 10_240;

const SCOPE = {
  partition: "aws",
  region: "eu-west-1",
  accountId: "123456789012",
  clusterName: "llm",
  queueArn: "arn:aws:sqs:eu-west-1:123456789012:events",
  nodeRoleArn: "arn:aws:iam::123456789012:role/nodes",
};

/** The longest names that AWS allows: of a cluster, a queue, and a role with its path. */
const LONGEST = {
  partition: "aws-us-gov",
  region: "ap-southeast-2",
  accountId: "123456789012",
  clusterName: "c".repeat(100),
  queueArn: `arn:aws-us-gov:sqs:ap-southeast-2:123456789012:${"q".repeat(80)}`,
  nodeRoleArn: `arn:aws-us-gov:iam::123456789012:role/${"p".repeat(511)}/${"r".repeat(64)}`,
};

const resourcesOf = ({ Resource }: Statement): string[] => [Resource].flat();
const statement = ({ Statement }: Policy, sid: string): Statement => Statement.find(({ Sid }) => Sid === sid)!;

const POLICIES: [string, (partition: string) => Policy, Policy][] = [
  ["loadBalancerPolicy", loadBalancerPolicy, loadBalancerPolicy("aws-us-gov")],
  ["karpenterPolicy", (partition) => karpenterPolicy({ ...SCOPE, partition }), karpenterPolicy(LONGEST)],
];

for (const [name, policyIn, longest] of POLICIES) {
  describe(name, () => {
    const policy = policyIn("aws");

    it("fits a role, whatever the names are", () => {
      assert.ok(JSON.stringify(longest).length <= INLINE_CHARACTERS, `${JSON.stringify(longest).length} characters`);
    });

    it("names every action, and every statement once", () => {
      for (const { Effect, Action } of policy.Statement) {
        assert.equal(Effect, "Allow");
        for (const action of Action) assert.doesNotMatch(action, /[*?]/);
      }
      const sids = policy.Statement.map(({ Sid }) => Sid);
      assert.equal(new Set(sids).size, sids.length);
      for (const sid of sids) assert.match(sid, /^[A-Za-z0-9]+$/);
    });

    it("holds in other partitions", () => {
      const arns = policyIn("aws-cn")
        .Statement.flatMap(resourcesOf)
        .filter((resource) => resource !== "*");
      const built = arns.filter((arn) => !Object.values<string>(SCOPE).includes(arn));
      assert.ok(built.length > 0);
      for (const arn of built) assert.match(arn, /^arn:aws-cn:/);
    });

    it("changes nothing everywhere without a condition, but for what upstream could not limit", () => {
      const free = policy.Statement.filter((one) => one.Condition === undefined && resourcesOf(one).includes("*"));
      const writes = free.flatMap(({ Action }) => Action).filter((action) => !/:(Describe|Get|List)/.test(action));
      assert.deepEqual(writes, name === "karpenterPolicy" ? [] : UNLIMITED);
    });
  });
}

/** Rules of security groups that others made, and listeners. */
const UNLIMITED = [
  "ec2:AuthorizeSecurityGroupIngress",
  "ec2:RevokeSecurityGroupIngress",
  "ec2:CreateSecurityGroup",
  "elasticloadbalancing:CreateListener",
  "elasticloadbalancing:DeleteListener",
  "elasticloadbalancing:CreateRule",
  "elasticloadbalancing:DeleteRule",
  "elasticloadbalancing:ModifyListener",
  "elasticloadbalancing:AddListenerCertificates",
  "elasticloadbalancing:RemoveListenerCertificates",
  "elasticloadbalancing:ModifyRule",
  "elasticloadbalancing:SetRulePriorities",
];

describe("loadBalancerPolicy of what the controller made", () => {
  it("deletes load balancers and target groups with the controller's tag alone", () => {
    const { Action, Condition } = statement(loadBalancerPolicy("aws"), "ChangeOwnLoadBalancers");
    assert.ok(Action.includes("elasticloadbalancing:DeleteLoadBalancer"));
    assert.deepEqual(Condition, { Null: { "aws:ResourceTag/elbv2.k8s.aws/cluster": "false" } });
  });

  it("never gives the tag to what is there, nor takes it away", () => {
    for (const sid of ["TagOwnLoadBalancers", "TagOwnSecurityGroups"]) {
      assert.deepEqual(statement(loadBalancerPolicy("aws"), sid).Condition, {
        Null: { "aws:RequestTag/elbv2.k8s.aws/cluster": "true", "aws:ResourceTag/elbv2.k8s.aws/cluster": "false" },
      });
    }
  });

  it("has no permissions for WAF and Shield", () => {
    assert.doesNotMatch(JSON.stringify(loadBalancerPolicy("aws")), /waf|shield|SetWebAcl/i);
  });
});

describe("karpenterPolicy of one cluster", () => {
  const policy = karpenterPolicy(SCOPE);

  it("ends instances of this cluster's NodePools alone", () => {
    assert.deepEqual(statement(policy, "AllowScopedDeletion"), {
      Sid: "AllowScopedDeletion",
      Effect: "Allow",
      Action: ["ec2:TerminateInstances", "ec2:DeleteLaunchTemplate"],
      Resource: ["arn:aws:ec2:eu-west-1:*:instance/*", "arn:aws:ec2:eu-west-1:*:launch-template/*"],
      Condition: {
        StringEquals: { "aws:ResourceTag/kubernetes.io/cluster/llm": "owned" },
        StringLike: { "aws:ResourceTag/karpenter.sh/nodepool": "*" },
      },
    });
  });

  it("starts instances with this cluster's tags alone", () => {
    for (const sid of ["AllowScopedEC2InstanceActionsWithTags", "AllowScopedResourceCreationTagging"]) {
      const { StringEquals, StringLike } = statement(policy, sid).Condition!;
      assert.equal(StringEquals!["aws:RequestTag/kubernetes.io/cluster/llm"], "owned", sid);
      assert.equal(StringEquals!["aws:RequestTag/eks:eks-cluster-name"], "llm", sid);
      assert.deepEqual(StringLike, { "aws:RequestTag/karpenter.sh/nodepool": "*" }, sid);
    }
  });

  it("passes the nodes' role to EC2, and no other", () => {
    assert.deepEqual(statement(policy, "AllowPassingInstanceRole"), {
      Sid: "AllowPassingInstanceRole",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: SCOPE.nodeRoleArn,
      Condition: { StringEquals: { "iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"] } },
    });
  });

  it("reads its own queue and cluster", () => {
    assert.equal(statement(policy, "AllowInterruptionQueueActions").Resource, SCOPE.queueArn);
    assert.equal(
      statement(policy, "AllowAPIServerEndpointDiscovery").Resource,
      "arn:aws:eks:eu-west-1:123456789012:cluster/llm",
    );
  });
});

describe("karpenterQueuePolicy", () => {
  it("takes messages of EventBridge, and nothing without TLS", () => {
    assert.deepEqual(karpenterQueuePolicy(SCOPE.queueArn).Statement, [
      {
        Sid: "AllowEvents",
        Effect: "Allow",
        Principal: { Service: ["events.amazonaws.com", "sqs.amazonaws.com"] },
        Action: ["sqs:SendMessage"],
        Resource: SCOPE.queueArn,
      },
      {
        Sid: "DenyHTTP",
        Effect: "Deny",
        Principal: "*",
        Action: ["sqs:*"],
        Resource: SCOPE.queueArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]);
  });
});
