import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { graceSeconds } from "../../../components/derive/budgets.js";
import {
  autoscalerPolicy,
  ClusterAutoscalerAddon,
  clusterAutoscalerValues,
} from "../../../components/platform/addons/clusterAutoscaler.js";
import { type Registry, registered } from "../../serving/registered.js";

const PLACE = { clusterName: "llm", region: "eu-west-1", accountId: "123456789012" };

/** An Output, as far as it says what it comes from; the SDK's types leave it out. */
interface Sources {
  resources(): Set<{ __pulumiType: string }>;
}
const typesOf = (output: Sources): string[] => [...output.resources()].map(({ __pulumiType }) => __pulumiType);

interface Statement {
  Sid: string;
  Effect: string;
  Action: string[];
  Resource: string;
  Condition?: unknown;
}

describe("autoscalerPolicy", () => {
  const statements = autoscalerPolicy({ ...PLACE, partition: "aws" }).Statement as unknown as Statement[];
  const statement = (sid: string): Statement => statements.find(({ Sid }) => Sid === sid)!;

  it("names every action", () => {
    for (const { Effect, Action } of statements) {
      assert.equal(Effect, "Allow");
      for (const action of Action) assert.doesNotMatch(action, /[*?]/);
    }
  });

  it("reads every resource, and writes none but its own", () => {
    const everywhere = statements.filter(({ Resource }) => Resource === "*");
    assert.deepEqual(
      everywhere.map(({ Sid }) => Sid),
      ["Read"],
    );
    for (const action of everywhere.flatMap(({ Action }) => Action)) {
      assert.match(action, /^(autoscaling|ec2):(Describe|Get)[A-Za-z]+$/);
    }
    assert.deepEqual(statement("ScaleOwnGroups"), {
      Sid: "ScaleOwnGroups",
      Effect: "Allow",
      Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
      Resource: "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:*:autoScalingGroupName/*",
      Condition: {
        StringEquals: {
          "aws:ResourceTag/k8s.io/cluster-autoscaler/enabled": "true",
          "aws:ResourceTag/k8s.io/cluster-autoscaler/llm": "owned",
        },
      },
    });
  });

  it("reads what a node of an empty group would be like", () => {
    assert.deepEqual(statement("ReadNodeGroups"), {
      Sid: "ReadNodeGroups",
      Effect: "Allow",
      Action: ["eks:DescribeNodegroup"],
      Resource: "arn:aws:eks:eu-west-1:123456789012:nodegroup/llm/*/*",
    });
    for (const action of [
      "autoscaling:DescribeAutoScalingGroups",
      "ec2:DescribeInstanceTypes",
      "ec2:DescribeLaunchTemplateVersions",
    ]) {
      assert.ok(statement("Read").Action.includes(action), action);
    }
  });

  it("holds in other partitions", () => {
    const other = autoscalerPolicy({ ...PLACE, partition: "aws-cn" }).Statement as unknown as Statement[];
    for (const { Resource } of other.filter(({ Resource }) => Resource !== "*")) assert.match(Resource, /^arn:aws-cn:/);
  });
});

describe("clusterAutoscalerValues", () => {
  const values = clusterAutoscalerValues(PLACE);
  const { extraArgs } = values;

  it("finds this cluster's groups in its region, with the image of the cluster's Kubernetes", () => {
    assert.equal(values.cloudProvider, "aws");
    assert.equal(values.awsRegion, "eu-west-1");
    assert.deepEqual(values.autoDiscovery, { clusterName: "llm" });
    assert.deepEqual(values.image, { tag: "v1.36.1" });
    assert.deepEqual(clusterAutoscalerValues({ ...PLACE, kubernetesVersion: "1.34" }).image, { tag: "v1.34.5" });
  });

  it("prefers groups by priority, the highest number first, and then the one that wastes least", () => {
    const priorities = { 0: [".*"], 20: ["reserved"], 10: ["-spot-", "burst"] };
    const ranked = clusterAutoscalerValues({ ...PLACE, priorities });
    assert.equal(ranked.extraArgs.expander, "priority,least-waste");
    // Numbers as keys: the autoscaler refuses "20".
    assert.equal(ranked.expanderPriorities, "20:\n  - reserved\n10:\n  - -spot-\n  - burst\n0:\n  - .*\n");
    const { expanderPriorities: _, ...others } = ranked;
    assert.deepEqual(others, { ...values, extraArgs: { ...extraArgs, expander: "priority,least-waste" } });
  });

  it("has no priorities unless it is given some", () => {
    assert.ok(!("expanderPriorities" in values));
    assert.deepEqual(clusterAutoscalerValues({ ...PLACE, priorities: {} }), values);
  });

  it("starts the group that wastes least, and lets no emptyDir or add-on hold a GPU", () => {
    assert.equal(extraArgs.expander, "least-waste");
    assert.equal(extraArgs["skip-nodes-with-local-storage"], false);
    assert.equal(extraArgs["skip-nodes-with-system-pods"], false);
  });

  it("lets the longest drain finish before it takes a node away", () => {
    const longest = { drainSeconds: 3600 };
    assert.ok(extraArgs["max-graceful-termination-sec"] >= graceSeconds(longest));
  });

  it("adds nodes for warm spares too", () => {
    assert.equal(extraArgs["expendable-pods-priority-cutoff"], -10);
  });

  it("runs two on system nodes, apart, and without permissions on the node", () => {
    assert.equal(values.replicaCount, 2);
    assert.deepEqual(values.nodeSelector, { workload: "system" });
    assert.equal(values.priorityClassName, "system-cluster-critical");
    assert.deepEqual(values.podDisruptionBudget, { maxUnavailable: 1 });
    assert.deepEqual(
      values.topologySpreadConstraints.map(({ topologyKey, labelSelector }) => [topologyKey, labelSelector]),
      ["topology.kubernetes.io/zone", "kubernetes.io/hostname"].map((key) => [
        key,
        {
          matchLabels: {
            "app.kubernetes.io/instance": "cluster-autoscaler",
            "app.kubernetes.io/name": "aws-cluster-autoscaler",
          },
        },
      ]),
    );
    assert.equal(values.securityContext.runAsNonRoot, true);
    assert.deepEqual(values.containerSecurityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("is scraped only where there are ServiceMonitors", () => {
    assert.deepEqual(values.serviceMonitor, {
      enabled: true,
      interval: "30s",
      namespace: "kube-system",
      selector: { "app.kubernetes.io/name": "cluster-autoscaler" },
    });
    assert.equal(clusterAutoscalerValues({ ...PLACE, serviceMonitors: false }).serviceMonitor.enabled, false);
  });
});

describe("ClusterAutoscalerAddon", () => {
  let registry: Registry;
  before(async () => {
    registry = await registered(
      () => new ClusterAutoscalerAddon("nodes", { ...PLACE, region: pulumi.output("eu-west-1") }),
    );
  });

  it("installs the chart where the service account is", () => {
    assert.deepEqual(registry.names("ClusterAutoscalerAddon nodes"), [
      "PodIdentityAssociation nodes",
      "Release nodes",
      "Role nodes",
      "RolePolicy nodes",
    ]);
    assert.deepEqual(registry.get("Release", "nodes").inputs, {
      compat: "true",
      name: "cluster-autoscaler",
      chart: "cluster-autoscaler",
      repositoryOpts: { repo: "https://kubernetes.github.io/autoscaler" },
      version: "9.59.0",
      namespace: "kube-system",
      atomic: true,
      timeout: 300,
      values: clusterAutoscalerValues(PLACE),
    });
  });

  it("gives the role to that service account alone, by Pod Identity", () => {
    assert.deepEqual(registry.get("PodIdentityAssociation", "nodes").inputs, {
      clusterName: "llm",
      namespace: "kube-system",
      serviceAccount: "cluster-autoscaler",
    });
    assert.deepEqual(clusterAutoscalerValues(PLACE).rbac.serviceAccount, {
      create: true,
      name: "cluster-autoscaler",
      automountServiceAccountToken: true,
    });
    assert.deepEqual(JSON.parse(registry.get("Role", "nodes").inputs["assumeRolePolicy"] as string), {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
        },
      ],
    });
  });

  it("gives the role its permissions, in the default partition", () => {
    const { policy } = registry.get("RolePolicy", "nodes").inputs as { policy: string };
    assert.deepEqual(JSON.parse(policy), autoscalerPolicy({ ...PLACE, partition: "aws" }));
  });

  // The mocks make up neither names nor ARNs, so that the inputs tell only once the engine runs.
  it("gives both to the role that it makes", async () => {
    const sources: Record<string, string[]> = {};
    const watch: pulumi.ResourceTransformation = ({ type, props }) => {
      const { role, roleArn = role } = props as Record<string, Sources | undefined>;
      if (roleArn !== undefined) sources[type] = typesOf(roleArn);
      return undefined;
    };
    await registered(() => new ClusterAutoscalerAddon("nodes", PLACE, { transformations: [watch] }));
    assert.deepEqual(sources["aws:iam/rolePolicy:RolePolicy"], ["aws:iam/role:Role"]);
    assert.deepEqual(sources["aws:eks/podIdentityAssociation:PodIdentityAssociation"], ["aws:iam/role:Role"]);
  });

  it("has its permissions before its pods start", () => {
    const { dependencies } = registry.get("Release", "nodes");
    assert.ok(dependencies.includes("RolePolicy nodes"));
    assert.ok(dependencies.includes("PodIdentityAssociation nodes"));
  });
});
