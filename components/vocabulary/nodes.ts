/** Labels, taints and resources of GPU nodes. */

/** Labels of nodes. */
export const NODE_LABELS = {
  /** A key of the GPU table, such as `l4`. */
  accelerator: "accelerator",
  /** One of {@link WORKLOADS}. */
  workload: "workload",
  /** One of {@link LIFECYCLES}. */
  lifecycle: "node-lifecycle",
} as const;

/** Values of {@link NODE_LABELS.workload}. */
export const WORKLOADS = {
  inference: "gpu-inference",
  batch: "gpu-batch",
  shared: "gpu-shared",
  system: "system",
} as const;

/** Values of {@link NODE_LABELS.lifecycle}. */
export const LIFECYCLES = { onDemand: "on-demand", spot: "spot" } as const;

/**
 * Labels by which a node is known to be a spot node, ours and those of the common clouds and provisioners. Where each was read,
 * 2026-11-26:
 * - EKS: https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html, in awsdocs' copy.
 * - Karpenter: examples/v1beta1/spot.yaml of aws/karpenter-provider-aws; https://karpenter.sh/docs/concepts/scheduling/
 * - GKE: the labels of its nodes in public logs. Preemptible nodes have `gke-preemptible` and `gke-provisioning=preemptible`, spot
 *   nodes `gke-spot` and `gke-provisioning=spot`. Google documents `gke-spot` and `gke-preemptible`:
 *   https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms and `…/how-to/preemptible-vms`
 * - AKS: https://learn.microsoft.com/azure/aks/spot-node-pool, at fb060ab of MicrosoftDocs/azure-aks-docs.
 */
export const SPOT_NODE_LABELS: ReadonlyArray<{ key: string; value: string }> = [
  { key: NODE_LABELS.lifecycle, value: LIFECYCLES.spot },
  { key: "eks.amazonaws.com/capacityType", value: "SPOT" },
  { key: "karpenter.sh/capacity-type", value: "spot" },
  { key: "cloud.google.com/gke-spot", value: "true" },
  { key: "cloud.google.com/gke-preemptible", value: "true" },
  { key: "cloud.google.com/gke-provisioning", value: "spot" },
  { key: "cloud.google.com/gke-provisioning", value: "preemptible" },
  { key: "kubernetes.azure.com/scalesetpriority", value: "spot" },
];

/**
 * Taints that spot nodes of a cloud may have beside {@link SPOT_TAINT}. AKS sets its own on every spot pool. GKE sets
 * `gke-spot` on pools that node auto-provisioning makes, and none on others, whose owners are advised to set it; preemptible
 * nodes get theirs from their owner. EKS and Karpenter set none. Sources: those of {@link SPOT_NODE_LABELS}, for GKE as
 * nullplatform/tofu-modules sums them up (infrastructure/gcp/gke/README.md, read 2026-11-26).
 */
export const SPOT_NODE_TAINTS = [
  { key: "cloud.google.com/gke-spot", value: "true", effect: "NoSchedule" },
  { key: "cloud.google.com/gke-preemptible", value: "true", effect: "NoSchedule" },
  { key: "kubernetes.azure.com/scalesetpriority", value: "spot", effect: "NoSchedule" },
] as const;

/** Whether a label is on spot nodes alone. */
export function isSpotLabel(key: string, value: string): boolean {
  return SPOT_NODE_LABELS.some((label) => label.key === key && label.value === value);
}

/** Whether a taint is on spot nodes alone. @param value as the taint has it; any where it is left out */
export function isSpotTaint(key: string, value: string | undefined): boolean {
  return [SPOT_TAINT, ...SPOT_NODE_TAINTS].some(
    (taint) => taint.key === key && (value === undefined || taint.value === value),
  );
}

/** The extended resource by which a pod asks for NVIDIA GPUs; MIG slices are `nvidia.com/mig-…`. */
export const GPU_RESOURCE = "nvidia.com/gpu";

/** Whether a resource is a slice of a GPU: NVIDIA's device plugin names MIG slices by their profile. */
export function isSlice(resource: string): boolean {
  return resource.startsWith("nvidia.com/mig-");
}

/** How many of NVIDIA's devices are among resources, whole GPUs and slices alike. */
export function gpusAmong(resources: Readonly<Record<string, string>> | undefined): number {
  return Object.entries(resources ?? {})
    .filter(([name]) => name.startsWith("nvidia.com/"))
    .reduce((sum, [, count]) => sum + Number(count), 0);
}

/** What the device plugin adds to the name of a resource whose GPUs or slices several pods use in turn (`renameByDefault`). */
export const SHARED_SUFFIX = ".shared";

/** The resource by which pods ask for a share of a GPU that several use in turn (time slicing, `renameByDefault`). */
export const SHARED_GPU_RESOURCE = `${GPU_RESOURCE}${SHARED_SUFFIX}`;
/** Nodes whose GPUs several pods share: the device plugin takes its configuration of this name there. */
export const SHARED_GPUS = { "nvidia.com/device-plugin.config": "shared" } as const;

/** Taint of every GPU node: `nvidia.com/gpu=true:NoSchedule`. */
export const GPU_TAINT = { key: GPU_RESOURCE, value: "true", effect: "NoSchedule" } as const;
/** Taint of every spot node: `node-lifecycle=spot:NoSchedule`. */
export const SPOT_TAINT = { key: NODE_LABELS.lifecycle, value: LIFECYCLES.spot, effect: "NoSchedule" } as const;

/** Label of the node group that a simulated node belongs to. */
export const NODE_GROUP_LABEL = "pulumi-vllm.dev/node-group";

/** Nodes without GPUs, for add-ons. */
export const SYSTEM_NODES = { [NODE_LABELS.workload]: WORKLOADS.system } as const;

/** Nodes with NVIDIA GPUs, whatever they are for. NVIDIA's own charts use this label. */
export const GPU_NODES = { [`${GPU_RESOURCE}.present`]: "true" } as const;

/** Label of a node's own name. */
export const HOST_LABEL = "kubernetes.io/hostname";

/** Label of what a node's cloud calls its kind of machine: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
export const INSTANCE_TYPE_LABEL = "node.kubernetes.io/instance-type";

/** Label of the zone that a node is in: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
export const ZONE_LABEL = "topology.kubernetes.io/zone";
