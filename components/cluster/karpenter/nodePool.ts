/** What Karpenter makes nodes by: a class of machines' set-up, and a pool with what may be asked of it. */
import * as pulumi from "@pulumi/pulumi";
import { AWS_MACHINES } from "../../facts/machines/aws.js";
import { GPU_RESOURCE } from "../../vocabulary/nodes.js";
import { hasLocalStorage } from "../nodes/localStorage.js";
import { nodeConfig } from "../nodes/nodeConfig.js";
import { gpuNodeLabels, gpuNodeTaints, rootDisk } from "../nodes/nodeGroup.js";
import { priorityOf } from "../nodes/priorities.js";
import type { BuiltNodeGroup } from "../schema.js";

/** API versions of Karpenter 1.x. */
export const NODE_POOL = { apiVersion: "karpenter.sh/v1", kind: "NodePool" } as const;
export const NODE_CLASS = { apiVersion: "karpenter.k8s.aws/v1", kind: "EC2NodeClass" } as const;

/**
 * Annotation of pods whose nodes Karpenter does not take back or replace of its own accord, until their grace is over:
 * https://karpenter.sh/docs/concepts/disruption/#pod-level-controls
 */
export const DO_NOT_DISRUPT = { "karpenter.sh/do-not-disrupt": "true" } as const;

/** What a class takes of the cluster. */
export interface NodeClassContext {
  /** Name of the role, without its path. */
  roleName: pulumi.Input<string>;
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;
  securityGroupId: pulumi.Input<string>;
  /** Release of the AMI, such as `1.36.1-20261106`. */
  amiRelease: string;
  tags: Record<string, string>;
  /** Folder for cached weights on the NVMe disks of the nodes. @default none */
  cacheFolder?: string | undefined;
}

/** `al2023@v20261106` is the AMI of that day for the cluster's Kubernetes version, with NVIDIA's driver for its machines. */
function amiAlias(release: string): string {
  return `al2023@v${release.split("-")[1]}`;
}

/**
 * The spec of an EC2NodeClass: nodes as a managed group has them.
 * Source of the fields: pkg/apis/v1/ec2nodeclass.go of aws/karpenter-provider-aws.
 */
export function nodeClassSpec(group: BuiltNodeGroup, context: NodeClassContext) {
  const { deviceName, ebs } = rootDisk(group.diskGiB, group.instanceTypes);
  return {
    amiSelectorTerms: [{ alias: amiAlias(context.amiRelease) }],
    role: context.roleName,
    subnetSelectorTerms: pulumi.output(context.subnetIds).apply((ids) => ids.map((id) => ({ id }))),
    securityGroupSelectorTerms: [{ id: context.securityGroupId }],
    // Karpenter writes the part about the disks itself, and counts them.
    ...(hasLocalStorage(group.instanceTypes) && { instanceStorePolicy: "RAID0" }),
    userData: nodeConfig({ localStorage: false, cacheFolder: context.cacheFolder }),
    blockDeviceMappings: [
      {
        deviceName,
        ebs: {
          volumeType: ebs.volumeType,
          volumeSize: `${ebs.volumeSize}Gi`,
          iops: ebs.iops,
          throughput: ebs.throughput,
          encrypted: true,
          deleteOnTermination: true,
        },
      },
    ],
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    detailedMonitoring: true,
    ...(group.reservation !== undefined && { capacityReservationSelectorTerms: [{ id: group.reservation.id }] }),
    tags: context.tags,
  };
}

/** Karpenter's labels of nodes, and its names for ways to pay. */
const REQUIREMENTS = {
  instanceType: "node.kubernetes.io/instance-type",
  zone: "topology.kubernetes.io/zone",
  capacity: "karpenter.sh/capacity-type",
} as const;

function capacityTypeOf({ reservation, capacity }: BuiltNodeGroup): "reserved" | "spot" | "on-demand" {
  return reservation !== undefined ? "reserved" : capacity;
}

/** A node that nobody uses goes after as long as the cluster autoscaler would wait. */
const EMPTY_FOR = "10m";

/**
 * How long a node that is to go waits for pods that may not be disrupted or evicted. Then they are deleted, in time for their own
 * grace, whatever their budgets say: a pod without such an end would keep its node's old AMI for good. An hour beyond the longest drain
 * is time to move a model by hand (https://karpenter.sh/docs/concepts/disruption/#terminationgraceperiod).
 */
const TERMINATION_GRACE = "2h";
/** That, and the time that machines take to end. */
export const DELETE_TIMEOUT = "150m";

/**
 * The spec of a NodePool: labels and taints as a managed group's, `max` nodes at the most.
 *
 * Nodes are taken back only when they are empty: moving a model to save a node costs its users minutes. They do not expire,
 * for that heeds no budget; another AMI replaces them one at a time.
 */
export function nodePoolSpec(name: string, group: BuiltNodeGroup) {
  const zones = group.reservation !== undefined ? [group.reservation.zone] : group.zones;
  const requirement = (key: string, values: readonly string[]) => ({ key, operator: "In", values: [...values] });
  const gpus = Math.max(...group.instanceTypes.map((type) => AWS_MACHINES.get(type)?.gpus ?? 0));
  return {
    template: {
      metadata: { labels: gpuNodeLabels(group) },
      spec: {
        nodeClassRef: { group: "karpenter.k8s.aws", kind: NODE_CLASS.kind, name },
        requirements: [
          requirement(REQUIREMENTS.instanceType, group.instanceTypes),
          requirement(REQUIREMENTS.capacity, [capacityTypeOf(group)]),
          ...(zones === undefined ? [] : [requirement(REQUIREMENTS.zone, zones)]),
        ],
        taints: gpuNodeTaints(group).map(({ key, value }) => ({ key, value, effect: "NoSchedule" })),
        expireAfter: "Never",
        terminationGracePeriod: TERMINATION_GRACE,
      },
    },
    disruption: { consolidationPolicy: "WhenEmpty", consolidateAfter: EMPTY_FOR, budgets: [{ nodes: "1" }] },
    limits: {
      nodes: String(group.max),
      [GPU_RESOURCE]: String(group.max * gpus),
    },
    weight: priorityOf(group),
  };
}
