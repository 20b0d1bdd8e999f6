import type * as aws from "@pulumi/aws";
import type * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { CHARTS, clusterAutoscalerTag } from "../charts.js";
import type { AwsLocation } from "../location.js";
import { SYSTEM_NAMESPACE as NAMESPACE } from "../namespaces.js";
import { podPermissions } from "../../aws/roles.js";
import { SPARE_PRIORITY } from "../../vocabulary/traffic.js";
import { addonRelease, type AddonReleaseArgs } from "../release.js";
import { type HelmValues, HOST, PRIORITY, resources, ROLLING_UPDATE, spread, ZONE } from "../values.js";
import { SYSTEM_NODES } from "../../vocabulary/nodes.js";

/** Inputs of {@link ClusterAutoscalerAddon}. */
export interface ClusterAutoscalerArgs extends Omit<AwsLocation, "vpcId"> {
  /** Values of the chart beside those that are decided here, and where they stand. @default none */
  ownValues?: AddonReleaseArgs["ownValues"];
  /** Name of the EKS cluster; its managed node groups' autoscaling groups are tagged with it. */
  clusterName: pulumi.Input<string>;
  /** The cluster's, such as `1.35`, which the autoscaler's own must match. @default the newest that this package knows */
  kubernetesVersion?: string;
  /**
   * Which groups are preferred: regular expressions on the names of autoscaling groups by priority, which is 0 or more; the highest
   * number comes first. A group that none matches is used only where no other would do, so end with `0: [".*"]`.
   * Among groups of one priority, the one that wastes least is started.
   * @default none: the group that wastes least
   */
  priorities?: Readonly<Record<number, readonly string[]>>;
  /** Whether Prometheus scrapes it, which needs the CRDs of its operator. @default true */
  serviceMonitors?: boolean;
}

const SERVICE_ACCOUNT = "cluster-autoscaler";
/** Tags that EKS puts on the autoscaling groups of managed node groups. */
const TAG = "k8s.io/cluster-autoscaler";

/** The longest grace that the autoscaler gives a pod: a drain takes up to 3600 s, and 30 s more. */
const POD_GRACE_SECONDS = 3660;

/**
 * What the autoscaler may do: read what it plans with, and resize the groups of this cluster only
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#full-cluster-autoscaler-features-policy-recommended).
 */
export function autoscalerPolicy(of: {
  clusterName: string;
  region: string;
  accountId: string;
  partition: string;
}): aws.iam.PolicyDocument {
  const arn = (service: string, resource: string): string =>
    `arn:${of.partition}:${service}:${of.region}:${of.accountId}:${resource}`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        // None of these can be limited to resources.
        Sid: "Read",
        Effect: "Allow",
        Action: [
          "autoscaling:DescribeAutoScalingGroups",
          "autoscaling:DescribeAutoScalingInstances",
          "autoscaling:DescribeLaunchConfigurations",
          "autoscaling:DescribeScalingActivities",
          "ec2:DescribeImages",
          "ec2:DescribeInstanceTypes",
          "ec2:DescribeLaunchTemplateVersions",
          "ec2:GetInstanceTypesFromInstanceRequirements",
        ],
        Resource: "*",
      },
      {
        Sid: "ReadNodeGroups",
        Effect: "Allow",
        Action: ["eks:DescribeNodegroup"],
        Resource: arn("eks", `nodegroup/${of.clusterName}/*/*`),
      },
      {
        Sid: "ScaleOwnGroups",
        Effect: "Allow",
        Action: ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
        Resource: arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/*"),
        Condition: {
          StringEquals: {
            [`aws:ResourceTag/${TAG}/enabled`]: "true",
            [`aws:ResourceTag/${TAG}/${of.clusterName}`]: "owned",
          },
        },
      },
    ],
  };
}

/**
 * The chart writes this text to the ConfigMap `cluster-autoscaler-priority-expander`, which the autoscaler reads for every choice, and
 * lets the service account read it (templates/priority-expander-configmap.yaml and role.yaml).
 */
function prioritiesText(priorities: Readonly<Record<number, readonly string[]>>): string {
  const highestFirst = Object.entries(priorities)
    .map(([priority, names]) => [Number(priority), names] as const)
    .sort(([left], [right]) => right - left);
  // The autoscaler wants numbers as keys, which only a Map has: an object's are text, which YAML would quote.
  return stringify(new Map(highestFirst));
}

/** Values of the chart. */
export function clusterAutoscalerValues(args: ClusterAutoscalerArgs) {
  const { clusterName, region, kubernetesVersion, priorities = {}, serviceMonitors = true } = args;
  const { name } = CHARTS.clusterAutoscaler;
  const isRanked = Object.keys(priorities).length > 0;
  const labels = { "app.kubernetes.io/instance": name, "app.kubernetes.io/name": "aws-cluster-autoscaler" };
  return {
    fullnameOverride: name,
    cloudProvider: "aws",
    awsRegion: region,
    autoDiscovery: { clusterName },
    image: { tag: clusterAutoscalerTag(kubernetesVersion) },
    // One is active, the other on standby.
    replicaCount: 2,
    podDisruptionBudget: { maxUnavailable: 1 },
    priorityClassName: PRIORITY.cluster,
    nodeSelector: SYSTEM_NODES,
    topologySpreadConstraints: spread(labels, ZONE, HOST),
    updateStrategy: ROLLING_UPDATE,
    resources: resources("100m", "512Mi", "1Gi"),
    rbac: {
      create: true,
      serviceAccount: { create: true, name: SERVICE_ACCOUNT, automountServiceAccountToken: true },
    },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65534,
      runAsGroup: 65534,
      fsGroup: 65534,
      seccompProfile: { type: "RuntimeDefault" },
    },
    containerSecurityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    serviceMonitor: {
      enabled: serviceMonitors,
      interval: "30s",
      namespace: NAMESPACE,
      // Labels of the ServiceMonitor, not a selector.
      selector: { "app.kubernetes.io/name": name },
    },
    ...(isRanked && { expanderPriorities: prioritiesText(priorities) }),
    extraArgs: {
      v: 2,
      expander: isRanked ? "priority,least-waste" : "least-waste",
      "balance-similar-node-groups": true,
      // It differs from node to node, so no two groups would look alike. The chart drops what follows the _.
      "balancing-ignore-label_1": "nvidia.com/gfd.timestamp",
      // Runtimes keep caches in emptyDir, and add-ons have budgets of their own: neither may hold an empty GPU.
      "skip-nodes-with-local-storage": false,
      "skip-nodes-with-system-pods": false,
      "ignore-daemonsets-utilization": true,
      "scale-down-utilization-threshold": 0.5,
      "scale-down-gpu-utilization-threshold": 0.5,
      "scale-down-unneeded-time": "10m",
      // A GPU node does not serve yet ten minutes after it was requested.
      "scale-down-delay-after-add": "15m",
      "max-node-provision-time": "20m",
      "max-graceful-termination-sec": POD_GRACE_SECONDS,
      // The priority of warm spares: nodes are added for them as for any other pod.
      "expendable-pods-priority-cutoff": SPARE_PRIORITY,
    },
  } satisfies HelmValues;
}

/** The cluster autoscaler, with AWS permissions by EKS Pod Identity. It starts GPU groups from zero by their groups' tags. */
export class ClusterAutoscalerAddon extends pulumi.ComponentResource {
  readonly release: k8s.helm.v3.Release;

  constructor(name: string, args: ClusterAutoscalerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:platform:ClusterAutoscalerAddon", name, {}, opts);
    const { clusterName, region, accountId, partition = "aws", roles } = args;
    const policy = pulumi
      .all([clusterName, region, accountId, partition])
      .apply(([clusterName, region, accountId, partition]) =>
        autoscalerPolicy({ clusterName, region, accountId, partition }),
      );
    const permissions = podPermissions(
      name,
      { clusterName, namespace: NAMESPACE, serviceAccount: SERVICE_ACCOUNT, policy },
      { parent: this },
      roles,
    );
    // Credentials are given to a pod as it starts.
    this.release = addonRelease(
      name,
      {
        chart: CHARTS.clusterAutoscaler,
        namespace: NAMESPACE,
        values: clusterAutoscalerValues(args),
        ownValues: args.ownValues,
      },
      pulumi.mergeOptions({ parent: this, dependsOn: opts?.dependsOn }, { dependsOn: permissions }),
    );
    this.registerOutputs({ namespace: NAMESPACE });
  }
}
