import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { nodeLabels } from "../derive/nodeGroup.js";
import { AWS_MACHINES } from "../facts/machines/aws.js";
import {
  GPU_NODES,
  GPU_RESOURCE,
  GPU_TAINT,
  LIFECYCLES,
  NODE_LABELS,
  SPOT_TAINT,
  SYSTEM_NODES,
} from "../vocabulary/nodes.js";
import type { NodeGroup } from "../contract/nodeGroup.js";
import { ROOT_IOPS, ROOT_THROUGHPUT_MIBPS } from "./disks.js";
import type { BuiltNodeGroup } from "./schema.js";

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
export function gpuNodeLabels(group: Pick<NodeGroup, "gpu" | "purpose" | "capacity">): Record<string, string> {
  return { ...nodeLabels(group), ...GPU_NODES, [AUTOSCALER_GPU_LABEL]: group.gpu };
}

export function gpuNodeTaints({ capacity }: Pick<NodeGroup, "capacity">): NodeTaint[] {
  const taint = ({ key, value }: { key: string; value: string }): NodeTaint => ({ key, value, effect: "NO_SCHEDULE" });
  return capacity === "spot" ? [taint(GPU_TAINT), taint(SPOT_TAINT)] : [taint(GPU_TAINT)];
}

export const SYSTEM_NODE_LABELS = {
  ...SYSTEM_NODES,
  [NODE_LABELS.lifecycle]: LIFECYCLES.onDemand,
};

/**
 * What the autoscaler has to know of a group that has no node yet: its labels, taints and GPUs, as tags of its
 * autoscaling group
 * (https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#auto-discovery-setup).
 */
export function autoscalerTags(
  labels: Record<string, string>,
  taints: readonly NodeTaint[],
  gpus: number,
): Record<string, string> {
  const prefix = "k8s.io/cluster-autoscaler/node-template";
  return {
    ...Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${prefix}/label/${key}`, value])),
    ...Object.fromEntries(taints.map(({ key, value }) => [`${prefix}/taint/${key}`, `${value}:NoSchedule`])),
    ...(gpus > 0 && { [`${prefix}/resources/${GPU_RESOURCE}`]: String(gpus) }),
  };
}

/**
 * nodeadm's configuration that makes one volume of the instance's own NVMe disks for images, containers and `emptyDir`s
 * (https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/#localstorageoptions); EKS merges it with its own.
 */
const LOCAL_STORAGE = [
  "MIME-Version: 1.0",
  'Content-Type: multipart/mixed; boundary="//"',
  "",
  "--//",
  "Content-Type: application/node.eks.aws",
  "",
  "apiVersion: node.eks.aws/v1alpha1",
  "kind: NodeConfig",
  "spec:",
  "  instance:",
  "    localStorage:",
  "      strategy: RAID0",
  "",
  "--//--",
  "",
].join("\n");

/** What a launch template is made of. */
export interface TemplatePlan {
  diskGiB: number;
  /** Every instance type has NVMe disks of its own. */
  localStorage: boolean;
  reservation?: BuiltNodeGroup["reservation"];
  /** Of a Capacity Block, whose launch template has to name it. */
  instanceType?: string;
  tags: Record<string, string>;
}

/** The launch template of a group: encrypted gp3 root, IMDSv2 out of the pods' reach. */
export function launchTemplateArgs(plan: TemplatePlan): aws.ec2.LaunchTemplateArgs {
  const { reservation } = plan;
  return {
    updateDefaultVersion: true,
    blockDeviceMappings: [
      {
        deviceName: "/dev/xvda",
        ebs: {
          volumeType: "gp3",
          volumeSize: plan.diskGiB,
          iops: ROOT_IOPS,
          throughput: ROOT_THROUGHPUT_MIBPS,
          encrypted: "true",
          deleteOnTermination: "true",
        },
      },
    ],
    metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
    monitoring: { enabled: true },
    ...(plan.localStorage && { userData: Buffer.from(LOCAL_STORAGE).toString("base64") }),
    ...(reservation !== undefined && {
      capacityReservationSpecification: { capacityReservationTarget: { capacityReservationId: reservation.id } },
      ...(reservation.type === "capacity-block" && { instanceMarketOptions: { marketType: "capacity-block" } }),
    }),
    ...(plan.instanceType !== undefined && { instanceType: plan.instanceType }),
    tagSpecifications: ["instance", "volume"].map((resourceType) => ({ resourceType, tags: plan.tags })),
    tags: plan.tags,
  };
}

/** Inputs of {@link ManagedNodes}. */
export interface ManagedNodesArgs {
  clusterName: pulumi.Input<string>;
  kubernetesVersion: string;
  nodeRoleArn: pulumi.Input<string>;
  subnetIds: pulumi.Input<string>[] | pulumi.Output<string[]>;
  instanceTypes: string[];
  amiType: "AL2023_x86_64_NVIDIA" | "AL2023_x86_64_STANDARD";
  capacityType: "ON_DEMAND" | "SPOT" | "CAPACITY_BLOCK";
  min: number;
  max: number;
  labels: Record<string, string>;
  taints: NodeTaint[];
  template: TemplatePlan;
  /** GPUs of a node; 0 for none. */
  gpus: number;
}

/** One managed node group with its launch template and the tags by which the autoscaler can start it from zero. */
export class ManagedNodes extends pulumi.ComponentResource {
  readonly nodeGroup: aws.eks.NodeGroup;

  constructor(name: string, args: ManagedNodesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("pulumi-vllm:cluster:ManagedNodes", name, {}, opts);
    // On the children, too: a component's own dependencies order its creation, not its deletion.
    const child = { parent: this, dependsOn: opts?.dependsOn };
    const template = new aws.ec2.LaunchTemplate(name, launchTemplateArgs(args.template), child);
    this.nodeGroup = new aws.eks.NodeGroup(
      name,
      {
        clusterName: args.clusterName,
        version: args.kubernetesVersion,
        nodeRoleArn: args.nodeRoleArn,
        subnetIds: args.subnetIds,
        ...(args.template.instanceType === undefined && { instanceTypes: args.instanceTypes }),
        amiType: args.amiType,
        capacityType: args.capacityType,
        scalingConfig: { minSize: args.min, maxSize: args.max, desiredSize: args.min },
        updateConfig: { maxUnavailable: 1 },
        nodeRepairConfig: { enabled: true },
        labels: args.labels,
        taints: args.taints,
        launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
        tags: args.template.tags,
      },
      // The autoscaler's number, once there is one. A change of min or max sends the number last known: `up --refresh` learns it.
      { ...child, ignoreChanges: ["scalingConfig.desiredSize"] },
    );
    const groupName = this.nodeGroup.resources.apply((resources) => resources[0]!.autoscalingGroups[0]!.name);
    for (const [key, value] of Object.entries(autoscalerTags(args.labels, args.taints, args.gpus))) {
      new aws.autoscaling.Tag(
        `${name}-${key.split("/").slice(3).join("-")}`,
        { autoscalingGroupName: groupName, tag: { key, value, propagateAtLaunch: false } },
        child,
      );
    }
    this.registerOutputs({ nodeGroupName: this.nodeGroup.nodeGroupName });
  }
}

/** The managed nodes of a GPU group of the config. */
export function gpuNodesArgs(
  group: BuiltNodeGroup,
): Pick<ManagedNodesArgs, "instanceTypes" | "amiType" | "capacityType" | "min" | "max" | "labels" | "taints" | "gpus"> {
  const block = group.reservation?.type === "capacity-block";
  return {
    instanceTypes: group.instanceTypes,
    amiType: "AL2023_x86_64_NVIDIA",
    capacityType: block ? "CAPACITY_BLOCK" : group.capacity === "spot" ? "SPOT" : "ON_DEMAND",
    min: group.min,
    max: group.max,
    labels: gpuNodeLabels(group),
    taints: gpuNodeTaints(group),
    gpus: Math.max(...group.instanceTypes.map((type) => AWS_MACHINES.get(type)?.gpus ?? 0)),
  };
}

/** Whether all of the types have NVMe disks of their own. */
export function hasLocalStorage(instanceTypes: readonly string[]): boolean {
  return instanceTypes.every((type) => (AWS_MACHINES.get(type)?.nvmeGB ?? 0) > 0);
}
