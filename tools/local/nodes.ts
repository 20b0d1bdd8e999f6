/** Simulated nodes: those that a stack's node groups would have at their largest. */
import { HOST_LABEL, NODE_GROUP_LABEL, ZONE_LABEL } from "../../components/vocabulary/nodes.js";
import { SYSTEM_NODE_LABELS, gpuNodeLabels, gpuNodeTaints } from "../../components/cluster/nodes/nodeGroup.js";
import { labelValue, LOCAL_RUN } from "../../components/vocabulary/labels.js";
import { GPU_RESOURCE } from "../../components/vocabulary/nodes.js";
import type { NodeGroup, NodeGroups } from "../../components/contract/nodeGroup.js";
import { isWrong } from "../../components/config/parts.js";
import { gpuNamed, type GpuTypes, gpuTypesOf } from "../../components/derive/nodes/gpuTypes.js";
import type { Cluster, KubernetesObject } from "./client.js";
import { marks, removeOwn } from "./ownership.js";

interface Taint {
  key: string;
  value: string;
  effect: string;
}

/** A node to make. */
export interface NodeShape {
  name: string;
  group: string;
  zone: string;
  instanceType: string;
  labels: Readonly<Record<string, string>>;
  taints: readonly Taint[];
  cpus: number;
  memoryGiB: number;
  diskGiB: number;
  gpus: number;
  /** The resource by which it offers them. */
  gpuResource: string;
}

/** Root volume of a node, in GiB; room for weights is what pods ask of it. */
const DISK_GIB = 500;
/** EKS' limit for instance types of this size (kubernetes/eks max-pods). */
const PODS = 110;

/**
 * Nodes for pods without a GPU. A stack does not describe those of an existing cluster: two of m7i.large's size.
 * Source: https://aws.amazon.com/ec2/instance-types/m7i/
 */
const SYSTEM = { group: "without-gpu", instanceType: "m7i.large", count: 2, cpus: 2, memoryGiB: 8, diskGiB: 50 };

/**
 * A node of a run. KWOK manages it by its annotation. Its taint keeps foreign pods away, which would not really run there.
 */
export function nodeObject(node: NodeShape, run: string): KubernetesObject & { status: object } {
  const resources = {
    cpu: `${Math.round(node.cpus * 1000)}m`,
    memory: `${Math.floor(node.memoryGiB * 1024)}Mi`,
    "ephemeral-storage": `${node.diskGiB}Gi`,
    pods: String(PODS),
    ...(node.gpus > 0 && { [node.gpuResource]: String(node.gpus) }),
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: {
      name: node.name,
      annotations: marks(run),
      labels: {
        [HOST_LABEL]: node.name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "node.kubernetes.io/instance-type": node.instanceType,
        [ZONE_LABEL]: node.zone,
        [NODE_GROUP_LABEL]: node.group,
        ...node.labels,
        ...marks(run),
      },
    },
    spec: { taints: [...node.taints, { key: LOCAL_RUN, value: run, effect: "NoSchedule" }] },
    status: { capacity: resources, allocatable: resources },
  };
}

/** Taints that a group of existing nodes must have to need its tolerations; our own where it states none. */
function taintsOf(group: NodeGroup): Taint[] {
  if (group.taints !== undefined) return group.taints.map(({ key, value = "", effect }) => ({ key, value, effect }));
  if (group.tolerations === undefined) {
    return gpuNodeTaints(group).map(({ key, value }) => ({ key, value, effect: "NoSchedule" }));
  }
  const taints = group.tolerations.flatMap(({ key, value = "true", effect = "NoSchedule" }) =>
    key === undefined ? [] : [{ key, value, effect }],
  );
  // Kubernetes takes one of each key and effect.
  return [...new Map(taints.toReversed().map((taint) => [`${taint.key} ${taint.effect}`, taint])).values()].reverse();
}

/** A group's name as a part of a node's: existing groups may be called anything. */
function nodeNamePart(group: string): string {
  return group
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

/** A group whose capacity is reserved has its nodes in one zone. */
type PlacedGroup = NodeGroup & { reservation?: { zone: string } | undefined };

/**
 * The nodes of a group, its machines and the zones in turn.
 *
 * @param count of nodes; the group's `max` unless said
 * @param gpuTypes those of the table and of the config
 */
export function groupNodes(
  name: string,
  group: PlacedGroup,
  zones: readonly string[],
  { count = group.max, gpuTypes = gpuTypesOf() }: { count?: number; gpuTypes?: GpuTypes } = {},
): NodeShape[] {
  const { machines } = group;
  const { resource } = gpuNamed(group.gpu, gpuTypes);
  return Array.from({ length: machines.length === 0 ? 0 : count }, (_, index) => {
    const machine = machines[index % machines.length]!;
    return {
      name: `${nodeNamePart(name)}-${index + 1}`,
      group: labelValue(name),
      zone: group.reservation?.zone ?? zones[index % zones.length]!,
      instanceType: machine.name,
      labels: { ...gpuNodeLabels(group), ...group.nodeSelector },
      taints: taintsOf(group),
      diskGiB: DISK_GIB,
      ...machine.allocatable,
      gpus: machine.gpus,
      gpuResource: isWrong(resource) ? GPU_RESOURCE : resource,
    };
  });
}

/** All nodes of a stack: every GPU group at its `max`, and some nodes without GPUs. */
export function stackNodes(groups: NodeGroups, zones: readonly string[], gpuTypes?: GpuTypes): NodeShape[] {
  const system = Array.from({ length: SYSTEM.count }, (_, index) => ({
    ...SYSTEM,
    name: `${SYSTEM.group}-${index + 1}`,
    zone: zones[index % zones.length]!,
    labels: SYSTEM_NODE_LABELS,
    taints: [],
    gpus: 0,
    gpuResource: GPU_RESOURCE,
  }));
  return [
    ...system,
    ...Object.entries(groups ?? {}).flatMap(([name, group]) => groupNodes(name, group, zones, { gpuTypes })),
  ];
}

/** The nodes that {@link makeNodes} has made. */
export function simulatedNodes(cluster: Cluster, run: string): Promise<KubernetesObject[]> {
  return cluster.list("v1", "Node", { labels: marks(run) });
}

/**
 * Creates the nodes, updates those of the run, and removes those of the run that are no longer wanted.
 *
 * @throws ApiError of status 409 when a foreign node has that name
 */
export async function makeNodes(cluster: Cluster, shapes: readonly NodeShape[], run: string): Promise<void> {
  const there = new Map((await simulatedNodes(cluster, run)).map((node) => [node.metadata.name, node]));
  const wanted = new Set(shapes.map(({ name }) => name));
  await Promise.all(
    shapes.map(async (shape) => {
      const node = nodeObject(shape, run);
      const old = there.get(shape.name);
      if (old === undefined) return cluster.create(node);
      // The uid makes sure that the patch reaches our node, not a later one of the same name.
      const { uid } = old.metadata;
      const same = uid === undefined ? {} : { uid };
      await cluster.patch(node, { metadata: { ...same, labels: node.metadata.labels }, spec: node["spec"] });
      return cluster.patch(node, { metadata: same, status: node.status }, "status");
    }),
  );
  const gone = [...there.values()].filter(({ metadata }) => !wanted.has(metadata.name));
  await Promise.all(gone.map((node) => removeOwn(cluster, node, run)));
}
