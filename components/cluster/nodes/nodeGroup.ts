import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nodeLabels } from "../../derive/nodes/nodeGroup.js";
import { AWS_MACHINES, type AwsMachine } from "../../facts/machines/aws.js";
import { DAEMON_SETS } from "../../facts/machines/reserves.js";
import {
  GPU_NODES,
  GPU_RESOURCE,
  GPU_TAINT,
  LIFECYCLES,
  NODE_LABELS,
  SHARED_GPU_RESOURCE,
  SHARED_GPUS,
  SPOT_TAINT,
  SYSTEM_NODES,
  WORKLOADS,
} from "../../vocabulary/nodes.js";
import type { NodeGroup } from "../../contract/nodeGroup.js";
import { ephemeralStorage } from "./ephemeralStorage.js";
import { rootVolumeSpeed } from "./disks.js";
import type { BuiltNodeGroup } from "../schema.js";

/** A taint in EKS' words. */
export interface NodeTaint {
  key: string;
  value: string;
  effect: "NO_SCHEDULE";
}

/**
 * By this label the cluster autoscaler knows a node that has GPUs and does not show them yet; without it, it would take
 * such a node for one without GPUs and add another (GPULabel, cluster-autoscaler/cloudprovider/aws, 1.36).
 */
const AUTOSCALER_GPU_LABEL = "k8s.amazonaws.com/accelerator";

/** Labels of a GPU group's nodes. The device plugin runs where `nvidia.com/gpu.present` is. */
export function gpuNodeLabels(
  group: Pick<NodeGroup, "gpu" | "purpose" | "capacity"> & Pick<BuiltNodeGroup, "sharing">,
): Record<string, string> {
  return {
    ...nodeLabels(group),
    ...GPU_NODES,
    ...(group.sharing === undefined
      ? { [AUTOSCALER_GPU_LABEL]: group.gpu }
      : // Models ask for whole GPUs: by another kind of workload none of them is even tried on these nodes. And the autoscaler would
        // wait for whole GPUs where it sees its label, and count the node as never ready (kubernetes/autoscaler #8095).
        { [NODE_LABELS.workload]: WORKLOADS.shared, ...SHARED_GPUS }),
  };
}

export function gpuNodeTaints({ capacity }: Pick<NodeGroup, "capacity">): NodeTaint[] {
  const taint = ({ key, value }: { key: string; value: string }): NodeTaint => ({ key, value, effect: "NO_SCHEDULE" });
  return capacity === "spot" ? [taint(GPU_TAINT), taint(SPOT_TAINT)] : [taint(GPU_TAINT)];
}

export const SYSTEM_NODE_LABELS = {
  ...SYSTEM_NODES,
  [NODE_LABELS.lifecycle]: LIFECYCLES.onDemand,
};

/** A node of a group that has none yet, as the autoscaler has to imagine it. */
export interface NodeTemplate {
  labels: Record<string, string>;
  taints: readonly NodeTaint[];
  /** What pods can have of it, as Kubernetes writes quantities. */
  resources: Record<string, string>;
}

/**
 * What a GPU group's nodes offer to pods, each amount that of its least instance type. Of a group without nodes the autoscaler
 * knows the machine's cores and memory by its first type, and no disk at all: a pod that asks for `ephemeral-storage` would
 * never be given a node (buildNodeFromTemplate, cluster-autoscaler/cloudprovider/aws/aws_manager.go, 1.36; autoscaler #1869).
 *
 * @param sharedBy pods of a GPU that is shared; absent where each GPU is one pod's
 */
export function nodeResources(
  group: Pick<BuiltNodeGroup, "instanceTypes" | "diskGiB" | "sharing">,
  sharedBy?: number,
): Record<string, string> {
  const machines = group.instanceTypes.flatMap((type) => AWS_MACHINES.get(type) ?? []);
  if (machines.length === 0) return {};
  const least = (read: (machine: AwsMachine) => number): number => Math.min(...machines.map(read));
  const gpus = least((machine) => machine.gpus);
  return {
    // The autoscaler takes off what DaemonSets ask for by itself (simulator/node_info_utils.go).
    cpu: `${Math.floor(least(({ allocatable }) => allocatable.cpus) * 1000) + DAEMON_SETS.millicores}m`,
    memory: `${Math.floor((least(({ allocatable }) => allocatable.memoryGiB) + DAEMON_SETS.memoryGiB) * 1024)}Mi`,
    "ephemeral-storage": `${ephemeralStorage(group)}Gi`,
    ...(group.sharing === undefined
      ? { [GPU_RESOURCE]: String(gpus) }
      : { [GPU_RESOURCE]: "0", ...(sharedBy !== undefined && { [SHARED_GPU_RESOURCE]: String(gpus * sharedBy) }) }),
  };
}

/**
 * A template as tags of the group's autoscaling group
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#auto-discovery-setup).
 */
export function autoscalerTags({ labels, taints, resources }: NodeTemplate): Record<string, string> {
  const prefix = "k8s.io/cluster-autoscaler/node-template";
  return {
    ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${prefix}/label/${key}`, value])),
    ...Object.fromEntries(taints.map(({ key, value }) => [`${prefix}/taint/${key}`, `${value}:NoSchedule`])),
    ...Object.fromEntries(Object.entries(resources).map(([name, amount]) => [`${prefix}/resources/${name}`, amount])),
  };
}

/** What a launch template is made of. */
export interface TemplatePlan {
  diskGiB: number;
  /** Configuration of the nodes; {@link nodeConfig}. */
  userData?: string;
  reservation?: BuiltNodeGroup["reservation"];
  /** Of a Capacity Block, whose launch template has to name it. */
  instanceType?: string;
  tags: Record<string, string>;
}

/** The root volume of a node, encrypted. @param instanceTypes what the node may be */
export function rootDisk(diskGiB: number, instanceTypes: readonly string[]) {
  const { iops, throughputMiBps } = rootVolumeSpeed(instanceTypes);
  return {
    deviceName: "/dev/xvda",
    ebs: { volumeType: "gp3", volumeSize: diskGiB, iops, throughput: throughputMiBps },
  };
}

/** The launch template of a group: encrypted gp3 root, IMDSv2 out of the pods' reach. */
export function launchTemplateArgs(plan: TemplatePlan, instanceTypes: readonly string[]): aws.ec2.LaunchTemplateArgs {
  const { reservation } = plan;
  const { deviceName, ebs } = rootDisk(plan.diskGiB, instanceTypes);
  return {
    updateDefaultVersion: true,
    blockDeviceMappings: [{ deviceName, ebs: { ...ebs, encrypted: "true", deleteOnTermination: "true" } }],
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    monitoring: { enabled: true },
    ...(plan.userData !== undefined && { userData: Buffer.from(plan.userData).toString("base64") }),
    ...(reservation !== undefined && {
      capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: reservation.id } },
      ...(reservation.type === "capacity-block" && { instanceMarketOptions: { marketType: "capacity-block" } }),
    }),
    ...(plan.instanceType !== undefined && { instanceType: plan.instanceType }),
    tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags: plan.tags })),
    tags: plan.tags,
  };
}

/** Sizes of a group that exists. */
export interface PresentSize {
  min: number;
  max: number;
  desired: number;
}

/** Inputs of {@link ManagedNodes}. */
export interface ManagedNodesArgs {
  clusterName: pulumi.Input<string>;
  kubernetesVersion: string;
  /** Release of the AMI. @default AWS' newest when the group is made */
  amiRelease?: string;
  nodeRoleArn: pulumi.Input<string>;
  subnetIds: pulumi.Input<string>[] | pulumi.Output<string[]>;
  /** Whether the subnets are stated; a group keeps those of AWS' choice, since a change would replace it. */
  subnetsStated: boolean;
  instanceTypes: string[];
  amiType: "AL2023_x86_64_NVIDIA" | "AL2023_x86_64_STANDARD";
  capacityType: "ON_DEMAND" | "SPOT" | "CAPACITY_BLOCK";
  min: number;
  max: number;
  /** Of the group as it runs. @default unknown, or none yet */
  present?: PresentSize;
  /** Whether there is capacity for no node beside those that run. */
  reserved: boolean;
  labels: Record<string, string>;
  taints: NodeTaint[];
  /** What a node offers to pods. */
  resources: Record<string, string>;
  template: TemplatePlan;
}

/** EKS gives pods of a node 15 minutes to go, and starting another takes some ten more. */
const NODE_UPDATE_HOURS = 0.75;
/** The provider's own timeout is an hour for the whole group, one node after the other. */
const FEWEST_UPDATE_HOURS = 2;

/** How long AWS may take to put every node of a group onto a new version. */
export function updateTimeout(max: number): string {
  return `${Math.max(FEWEST_UPDATE_HOURS, Math.ceil(max * NODE_UPDATE_HOURS))}h`;
}

/** Sizes to ask AWS for. */
export function sizesOf({ min, max, present }: Pick<ManagedNodesArgs, "min" | "max" | "present">) {
  const isResized = present !== undefined && (present.min !== min || present.max !== max);
  return {
    scalingConfig: {
      minSize: min,
      maxSize: max,
      desiredSize: isResized ? Math.min(max, Math.max(min, present.desired)) : min,
    },
    /**
     * The autoscaler decides how many there are. Only with other bounds the number that runs is sent, too, raised to the new
     * `min`: AWS refuses bounds with a number outside of them (terraform-aws-modules/terraform-aws-eks #3521).
     */
    ignoreChanges: isResized ? [] : ["scalingConfig.desiredSize"],
  };
}

/** One managed node group with its launch template and the tags by which the autoscaler can start it from zero. */
export class ManagedNodes extends pulumi.ComponentResource {
  readonly nodeGroup: aws.eks.NodeGroup;

  constructor(name: string, args: ManagedNodesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:cluster:ManagedNodes", name, {}, opts);
    // On the children, too: a component's own dependencies order its creation, not its deletion.
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const template = new aws.ec2.LaunchTemplate(name, launchTemplateArgs(args.template, args.instanceTypes), child);
    const { scalingConfig, ignoreChanges } = sizesOf(args);
    this.nodeGroup = new aws.eks.NodeGroup(
      name,
      {
        clusterName: args.clusterName,
        version: args.kubernetesVersion,
        ...(args.amiRelease !== undefined && { releaseVersion: args.amiRelease }),
        nodeRoleArn: args.nodeRoleArn,
        subnetIds: args.subnetIds,
        ...(args.template.instanceType === undefined && { instanceTypes: args.instanceTypes }),
        amiType: args.amiType,
        capacityType: args.capacityType,
        scalingConfig,
        // Nodes go before their successors come: a reservation that is full has none for a successor
        // (docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html).
        updateConfig: { maxUnavailable: 1, ...(args.reserved && { updateStrategy: "MINIMAL" }) },
        nodeRepairConfig: { enabled: true },
        labels: args.labels,
        taints: args.taints,
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        tags: args.template.tags,
      },
      {
        ...child,
        ignoreChanges: [...ignoreChanges, ...(args.subnetsStated ? [] : ["subnetIds"])],
        // Deleting waits for the pods of each node, too.
        customTimeouts: { update: updateTimeout(args.max), delete: updateTimeout(args.max) },
      },
    );
    const groupName = this.nodeGroup.resources.apply((resources) => resources[0]!.autoscalingGroups[0]!.name);
    for (const [key, value] of Object.entries(autoscalerTags(args))) {
      new aws.autoscaling.Tag(
        `${name}-${key.split("/").slice(3).join("-")}`,
        { autoscalingGroupName: groupName, tag: { key, value, propagateAtLaunch: false } },
        child,
      );
    }
    this.registerOutputs({ nodeGroupName: this.nodeGroup.nodeGroupName });
  }
}

/** The managed nodes of a GPU group of the config. @param sharedBy pods of a GPU that is shared */
export function gpuNodesArgs(
  group: BuiltNodeGroup,
  sharedBy?: number,
): Pick<
  ManagedNodesArgs,
  "instanceTypes" | "amiType" | "capacityType" | "min" | "max" | "labels" | "taints" | "resources" | "reserved"
> {
  const block = group.reservation?.type === "capacity-block";
  return {
    instanceTypes: group.instanceTypes,
    amiType: "AL2023_x86_64_NVIDIA",
    capacityType: block ? "CAPACITY_BLOCK" : group.capacity === "spot" ? "SPOT" : "ON_DEMAND",
    min: group.min,
    max: group.max,
    labels: gpuNodeLabels(group),
    taints: gpuNodeTaints(group),
    resources: nodeResources(group, sharedBy),
    reserved: group.reservation !== undefined,
  };
}
