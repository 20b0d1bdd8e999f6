import * as aws from "@pulumi/aws";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { podPermissions } from "../../aws/roles.js";
import {
  KARPENTER_EVENTS,
  KARPENTER_QUEUE_SECONDS,
  karpenterPolicy,
  karpenterQueuePolicy,
} from "../../facts/aws/karpenterPolicy.js";
import { SYSTEM_NODES } from "../../vocabulary/nodes.js";
import { byVersion, CHARTS, KARPENTER_KUBERNETES } from "../charts.js";
import type { AwsLocation } from "../location.js";
import { SYSTEM_NAMESPACE as NAMESPACE } from "../namespaces.js";
import { addonRelease } from "../release.js";
import { type HelmValues, PRIORITY, resources, spread, ZONE } from "../values.js";

/** Inputs of {@link KarpenterAddon}. */
export interface KarpenterArgs extends Omit<AwsLocation, "vpcId"> {
  /** Name of the EKS cluster; Karpenter tags nodes with it, and touches none without it. */
  clusterName: pulumi.Input<string>;
  /** The cluster's, such as `1.35`: Karpenter names those that it is compatible with. @default not checked */
  kubernetesVersion?: string;
  /** The role that nodes take, the only one that Karpenter may give them. */
  nodeRoleArn: pulumi.Input<string>;
  /** Whether Prometheus scrapes it, which needs the CRDs of its operator. @default true */
  serviceMonitors?: boolean;
}

const SERVICE_ACCOUNT = "karpenter";

/** Values of the chart with the CRDs: an uninstall keeps them, since it would delete every NodePool with its nodes. */
export function karpenterCrdValues() {
  return { additionalAnnotations: { "helm.sh/resource-policy": "keep" } } satisfies HelmValues;
}

/** What the values depend on. */
export interface KarpenterValuesArgs extends Pick<KarpenterArgs, "clusterName" | "region" | "serviceMonitors"> {
  /** Name of the queue with the events. */
  queueName: pulumi.Input<string>;
}

/** Values of the chart. */
export function karpenterValues({ clusterName, region, queueName, serviceMonitors = true }: KarpenterValuesArgs) {
  const { name } = CHARTS.karpenter;
  const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/instance": name };
  return {
    fullnameOverride: name,
    serviceAccount: { create: true, name: SERVICE_ACCOUNT },
    // One is active, the other on standby.
    replicas: 2,
    podDisruptionBudget: { name, maxUnavailable: 1 },
    priorityClassName: PRIORITY.cluster,
    nodeSelector: SYSTEM_NODES,
    // The chart's default, said again: on a node of its own it could delete itself, and nothing would start another. That no two run on
    // one node is the chart's default, too, which stays.
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: "karpenter.sh/nodepool", operator: "DoesNotExist" }] }],
        },
      },
    },
    topologySpreadConstraints: spread(labels, ZONE),
    controller: {
      // Without it, Karpenter asks its node for the region, which pods do not reach.
      env: [{ name: "AWS_REGION", value: region }],
      // Memory as in upstream's guide; the CPU that it asks for, a whole one, would be half of a system node.
      resources: resources("250m", "1Gi", "1Gi"),
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
    },
    settings: {
      clusterName,
      interruptionQueue: queueName,
      // Replaces nodes with a broken GPU, which the node monitoring agent finds, as EKS does in managed groups.
      featureGates: { nodeRepair: true },
    },
    serviceMonitor: { enabled: serviceMonitors, endpointConfig: { interval: "30s" } },
  } satisfies HelmValues;
}

/**
 * Karpenter, which makes nodes for pods that wait, with AWS permissions by EKS Pod Identity, and a queue by which EC2 tells it that a
 * node will go. NodePools and EC2NodeClasses are not made here, and must go first: without Karpenter, nothing ends their nodes.
 */
export class KarpenterAddon extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;
  /** Name of the queue. */
  readonly queueName: pulumi.Output<string>;

  /** @throws if Karpenter is not compatible with the Kubernetes version */
  constructor(name: string, args: KarpenterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:KarpenterAddon", name, {}, opts);
    checkVersion(args.kubernetesVersion);
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const { queue, events } = this.createQueue(name);
    const permissions = podPermissions(
      name,
      {
        clusterName: args.clusterName,
        namespace: NAMESPACE,
        serviceAccount: SERVICE_ACCOUNT,
        policy: policyOf(args, queue.arn),
      },
      { parent: this },
      args.roles,
    );
    const crds = addonRelease(
      `${name}-crds`,
      { chart: CHARTS.karpenterCrds, namespace: NAMESPACE, values: karpenterCrdValues() },
      child,
    );
    this.queueName = queue.name;
    // Credentials are given to a pod as it starts. The chart's own CRDs are the same, but Helm would never upgrade them.
    this.release = addonRelease(
      name,
      {
        chart: CHARTS.karpenter,
        namespace: NAMESPACE,
        values: karpenterValues({ ...args, queueName: queue.name }),
        skipCrds: true,
      },
      pulumi.mergeOptions(child, { dependsOn: [...permissions, ...events, crds] }),
    );
    this.registerOutputs({ namespace: NAMESPACE, queueName: this.queueName });
  }

  /** The queue, and what fills it. */
  private createQueue(name: string): { queue: aws.sqs.Queue; events: pulumi.Resource[] } {
    const child = { parent: this };
    const queue = new aws.sqs.Queue(
      name,
      { messageRetentionSeconds: KARPENTER_QUEUE_SECONDS, sqsManagedSseEnabled: true },
      child,
    );
    const policy = queue.arn.apply((arn) => JSON.stringify(karpenterQueuePolicy(arn)));
    const events = Object.entries(KARPENTER_EVENTS).map(([ending, { source, type }]) => {
      const eventPattern = JSON.stringify({ source: [source], "detail-type": [type] });
      const rule = new aws.cloudwatch.EventRule(`${name}-${ending}`, { eventPattern }, child);
      return new aws.cloudwatch.EventTarget(`${name}-${ending}`, { rule: rule.name, arn: queue.arn }, child);
    });
    return { queue, events: [new aws.sqs.QueuePolicy(name, { queueUrl: queue.url, policy }, child), ...events] };
  }
}

function checkVersion(kubernetesVersion: string | undefined): void {
  const { version } = CHARTS.karpenter;
  const { oldest, newest } = KARPENTER_KUBERNETES;
  if (kubernetesVersion === undefined) return;
  if (byVersion(kubernetesVersion, oldest) >= 0 && byVersion(kubernetesVersion, newest) <= 0) return;
  throw new Error(
    `KarpenterAddon: kubernetesVersion is ${kubernetesVersion}, and Karpenter ${version} is compatible with ${oldest} to ${newest}: ` +
      "take one of these, or the cluster autoscaler",
  );
}

function policyOf(args: KarpenterArgs, queueArn: pulumi.Output<string>): pulumi.Output<aws.iam.PolicyDocument> {
  const { clusterName, region, accountId, partition = "aws", nodeRoleArn } = args;
  return pulumi.output({ clusterName, region, accountId, partition, nodeRoleArn, queueArn }).apply(karpenterPolicy);
}
