import assert from "node:assert/strict";

import * as pulumi from "@pulumi/pulumi";

import { loadBalancerPolicy } from "../../../components/facts/aws/loadBalancerPolicy.js";
import {
  LoadBalancerControllerAddon,
  loadBalancerControllerValues,
} from "../../../components/platform/addons/loadBalancerController.js";
import { type Registry, registered } from "../../serving/registered.js";

const PLACE = { clusterName: "llm", region: "eu-west-1", vpcId: "vpc-1" };

describe("loadBalancerControllerValues", () => {
  const values = loadBalancerControllerValues(PLACE);

  it("knows cluster, region and network without asking its node", () => {
    assert.deepEqual([values.clusterName, values.region, values.vpcId], ["llm", "eu-west-1", "vpc-1"]);
  });

  it("lets Services, Ingresses and pods be written while it is down", () => {
    assert.equal(values.enableServiceMutatorWebhook, false);
    assert.deepEqual(values.webhookConfig, { ingressValdationFailurePolicy: "Ignore" });
    assert.deepEqual(values.podMutatorWebhookConfig, { failurePolicy: "Ignore" });
  });

  it("keeps its certificate over updates", () => {
    assert.equal(values.keepTLSSecret, true);
  });

  it("has no need of what its role may not do", () => {
    assert.deepEqual([values.enableShield, values.enableWaf, values.enableWafv2], [false, false, false]);
  });

  it("sends traffic to pods, and takes only Ingresses that name its class", () => {
    assert.equal(values.defaultTargetType, "ip");
    assert.equal(values.createIngressClassResource, true);
    assert.ok(!("ingressClassConfig" in values));
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
            "app.kubernetes.io/name": "aws-load-balancer-controller",
            "app.kubernetes.io/instance": "aws-load-balancer-controller",
          },
        },
      ]),
    );
    assert.deepEqual(values.podSecurityContext, {
      fsGroup: 65534,
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    assert.deepEqual(values.securityContext, {
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    });
  });

  it("is scraped only where there are ServiceMonitors", () => {
    assert.deepEqual(values.serviceMonitor, { enabled: true, interval: "30s" });
    assert.equal(loadBalancerControllerValues({ ...PLACE, serviceMonitors: false }).serviceMonitor.enabled, false);
  });
});

describe("LoadBalancerControllerAddon", () => {
  let registry: Registry;
  before(async () => {
    registry = await registered(
      () => new LoadBalancerControllerAddon("balancers", { ...PLACE, vpcId: pulumi.output("vpc-1") }),
    );
  });

  it("installs the chart where the service account is", () => {
    assert.deepEqual(registry.names("LoadBalancerControllerAddon balancers"), [
      "PodIdentityAssociation balancers",
      "Release balancers",
      "Role balancers",
      "RolePolicy balancers",
    ]);
    assert.deepEqual(registry.get("Release", "balancers").inputs, {
      compat: "true",
      name: "aws-load-balancer-controller",
      chart: "aws-load-balancer-controller",
      repositoryOpts: { repo: "https://aws.github.io/eks-charts" },
      version: "3.5.0",
      namespace: "kube-system",
      atomic: true,
      timeout: 300,
      values: loadBalancerControllerValues(PLACE),
    });
  });

  it("gives the role to that service account alone, by Pod Identity", () => {
    assert.deepEqual(registry.get("PodIdentityAssociation", "balancers").inputs, {
      clusterName: "llm",
      namespace: "kube-system",
      serviceAccount: "aws-load-balancer-controller",
    });
    assert.deepEqual(loadBalancerControllerValues(PLACE).serviceAccount, {
      create: true,
      name: "aws-load-balancer-controller",
      automountServiceAccountToken: true,
    });
  });

  it("gives the role its permissions, in the default partition or another", async () => {
    const policyOf = (found: Registry): unknown =>
      JSON.parse((found.get("RolePolicy", "balancers").inputs as { policy: string }).policy);
    assert.deepEqual(policyOf(registry), loadBalancerPolicy("aws"));
    const other = await registered(
      () => new LoadBalancerControllerAddon("balancers", { ...PLACE, partition: "aws-cn" }),
    );
    assert.deepEqual(policyOf(other), loadBalancerPolicy("aws-cn"));
  });

  it("has its permissions before its pods start", () => {
    const { dependencies } = registry.get("Release", "balancers");
    assert.ok(dependencies.includes("RolePolicy balancers"));
    assert.ok(dependencies.includes("PodIdentityAssociation balancers"));
  });
});
