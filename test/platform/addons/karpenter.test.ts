import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { karpenterPolicy, karpenterQueuePolicy } from "../../../components/facts/aws/karpenterPolicy.js";
import { KarpenterAddon, karpenterCrdValues, karpenterValues } from "../../../components/platform/addons/karpenter.js";
import { awsRegistered, inputsOf } from "../../aws/awsRegistered.js";
import { valueOf, type Registry } from "../../serving/registered.js";

const PLACE = { clusterName: "llm", region: "eu-west-1", accountId: "123456789012" };
const NODE_ROLE = "arn:aws:iam::123456789012:role/nodes";
const QUEUE = "arn:aws:sqs::123456789012:Queue/nodes";

describe("karpenterValues", () => {
  const values = karpenterValues({ ...PLACE, queueName: "events" });

  it("knows cluster, queue and region without asking its node", () => {
    assert.deepEqual(values.settings, {
      clusterName: "llm",
      interruptionQueue: "events",
      featureGates: { nodeRepair: true },
    });
    assert.deepEqual(values.controller.env, [{ name: "AWS_REGION", value: "eu-west-1" }]);
  });

  it("never runs on a node that it made", () => {
    assert.deepEqual(values.nodeSelector, { workload: "system" });
    assert.deepEqual(values.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution, {
      nodeSelectorTerms: [{ matchExpressions: [{ key: "karpenter.sh/nodepool", operator: "DoesNotExist" }] }],
    });
  });

  it("runs two, apart, and lets one go at a time", () => {
    assert.equal(values.replicas, 2);
    assert.equal(values.priorityClassName, "system-cluster-critical");
    assert.deepEqual(values.podDisruptionBudget, { name: "karpenter", maxUnavailable: 1 });
    assert.deepEqual(values.topologySpreadConstraints, [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: {
          matchLabels: { "app.kubernetes.io/name": "karpenter", "app.kubernetes.io/instance": "karpenter" },
        },
      },
    ]);
    assert.deepEqual(values.controller.resources, {
      requests: { cpu: "250m", memory: "1Gi" },
      limits: { memory: "1Gi" },
    });
  });

  it("is scraped only where there are ServiceMonitors", () => {
    assert.deepEqual(values.serviceMonitor, { enabled: true, endpointConfig: { interval: "30s" } });
    const without = karpenterValues({ ...PLACE, queueName: "events", serviceMonitors: false });
    assert.equal(without.serviceMonitor.enabled, false);
  });
});

describe("karpenterCrdValues", () => {
  it("keeps NodePools and their nodes when it is uninstalled", () => {
    assert.deepEqual(karpenterCrdValues(), { additionalAnnotations: { "helm.sh/resource-policy": "keep" } });
  });
});

describe("KarpenterAddon", () => {
  let registry: Registry;
  let addon: KarpenterAddon;
  before(async () => {
    ({ registry, made: addon } = await awsRegistered(
      () => new KarpenterAddon("nodes", { ...PLACE, nodeRoleArn: pulumi.output(NODE_ROLE) }),
    ));
  });

  it("installs the CRDs in a release of their own, and the chart without them after it", () => {
    assert.deepEqual(registry.names("KarpenterAddon nodes"), [
      "EventRule nodes-rebalance",
      "EventRule nodes-reservation-interruption",
      "EventRule nodes-scheduled-change",
      "EventRule nodes-spot-interruption",
      "EventRule nodes-state-change",
      "EventTarget nodes-rebalance",
      "EventTarget nodes-reservation-interruption",
      "EventTarget nodes-scheduled-change",
      "EventTarget nodes-spot-interruption",
      "EventTarget nodes-state-change",
      "PodIdentityAssociation nodes",
      "Queue nodes",
      "QueuePolicy nodes",
      "Release nodes",
      "Release nodes-crds",
      "Role nodes",
      "RolePolicy nodes",
    ]);
    const release = { compat: "true", version: "1.15.1", namespace: "kube-system", atomic: true, timeout: 300 };
    assert.deepEqual(registry.get("Release", "nodes-crds").inputs, {
      ...release,
      name: "karpenter-crd",
      chart: "oci://public.ecr.aws/karpenter/karpenter-crd",
      values: karpenterCrdValues(),
    });
    assert.deepEqual(registry.get("Release", "nodes").inputs, {
      ...release,
      name: "karpenter",
      chart: "oci://public.ecr.aws/karpenter/karpenter",
      skipCrds: true,
      values: karpenterValues({ ...PLACE, queueName: "nodes" }),
    });
  });

  it("has CRDs, permissions and events before its pods start", () => {
    const { dependencies } = registry.get("Release", "nodes");
    for (const name of [
      "Release nodes-crds",
      "RolePolicy nodes",
      "PodIdentityAssociation nodes",
      "QueuePolicy nodes",
      "EventTarget nodes-spot-interruption",
    ]) {
      assert.ok(dependencies.includes(name), name);
    }
  });

  it("keeps events for five minutes, encrypted, in a queue that EventBridge alone fills", async () => {
    assert.deepEqual(registry.get("Queue", "nodes").inputs, {
      messageRetentionSeconds: 300,
      sqsManagedSseEnabled: true,
    });
    const { queueUrl, policy } = registry.get("QueuePolicy", "nodes").inputs as { queueUrl: string; policy: string };
    assert.match(queueUrl, /^https:/);
    assert.deepEqual(JSON.parse(policy), karpenterQueuePolicy(QUEUE));
    assert.equal(await valueOf(addon.queueName), "nodes");
  });

  it("hears of every way in which EC2 takes a node away", () => {
    const patterns = Object.entries(inputsOf(registry, "EventRule")).map(([name, { eventPattern }]) => [
      name,
      JSON.parse(eventPattern as string) as unknown,
    ]);
    const ec2 = (type: string) => ({ source: ["aws.ec2"], "detail-type": [type] });
    assert.deepEqual(Object.fromEntries(patterns), {
      "nodes-scheduled-change": { source: ["aws.health"], "detail-type": ["AWS Health Event"] },
      "nodes-spot-interruption": ec2("EC2 Spot Instance Interruption Warning"),
      "nodes-rebalance": ec2("EC2 Instance Rebalance Recommendation"),
      "nodes-state-change": ec2("EC2 Instance State-change Notification"),
      "nodes-reservation-interruption": ec2("EC2 Capacity Reservation Instance Interruption Warning"),
    });
    for (const [name, { arn }] of Object.entries(inputsOf(registry, "EventTarget"))) {
      assert.equal(arn, QUEUE, name);
      assert.ok(registry.get("EventTarget", name).dependencies.includes(`EventRule ${name}`), name);
    }
  });

  it("gives the role to its service account alone, by Pod Identity", () => {
    const { roleArn, ...inputs } = registry.get("PodIdentityAssociation", "nodes").inputs;
    assert.match(roleArn as string, /^arn:aws:iam::123456789012:/);
    assert.deepEqual(inputs, { clusterName: "llm", namespace: "kube-system", serviceAccount: "karpenter" });
    assert.deepEqual(karpenterValues({ ...PLACE, queueName: "events" }).serviceAccount, {
      create: true,
      name: "karpenter",
    });
  });

  it("gives the role its permissions, on its own queue and the nodes' role alone", () => {
    const { policy } = registry.get("RolePolicy", "nodes").inputs as { policy: string };
    const scope = { ...PLACE, partition: "aws", queueArn: QUEUE, nodeRoleArn: NODE_ROLE };
    assert.deepEqual(JSON.parse(policy), karpenterPolicy(scope));
  });

  it("takes every Kubernetes version that it is compatible with, and refuses others", async () => {
    const of = (kubernetesVersion: string) =>
      awsRegistered(() => new KarpenterAddon("nodes", { ...PLACE, nodeRoleArn: NODE_ROLE, kubernetesVersion }));
    for (const version of ["1.26", "1.33", "1.37"]) await of(version);
    for (const version of ["1.25", "1.38"]) {
      await assert.rejects(of(version), /is compatible with 1\.26 to 1\.37: take one of these/);
    }
  });
});
