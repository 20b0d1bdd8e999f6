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

/** Labels by which a node is known to be a spot node, ours and those of the common clouds and provisioners. */
export const SPOT_NODE_LABELS: ReadonlyArray<{ key: string; value: string }> = [
  { key: NODE_LABELS.lifecycle, value: LIFECYCLES.spot },
  { key: "eks.amazonaws.com/capacityType", value: "SPOT" },
  { key: "karpenter.sh/capacity-type", value: "spot" },
  { key: "cloud.google.com/gke-spot", value: "true" },
  { key: "kubernetes.azure.com/scalesetpriority", value: "spot" },
];

/** The extended resource by which a pod asks for NVIDIA GPUs; MIG slices are `nvidia.com/mig-…`. */
export const GPU_RESOURCE = "nvidia.com/gpu";

/** The resource by which pods ask for a share of a GPU that several use in turn (time slicing, `renameByDefault`). */
export const SHARED_GPU_RESOURCE = `${GPU_RESOURCE}.shared`;
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

/** Label of the zone that a node is in: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
export const ZONE_LABEL = "topology.kubernetes.io/zone";
