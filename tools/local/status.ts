/** Tables of what runs where. */
import Table from "cli-table3";
import { LABELS } from "../../components/vocabulary/labels.js";
import { gpusAmong } from "../../components/vocabulary/nodes.js";
import { printableData } from "../../components/config/printable.js";
import { colours as pc } from "../colours.js";
import type { Cluster, KubernetesObject } from "./client.js";
import { NODE_GROUP_LABEL } from "../../components/vocabulary/nodes.js";
import { isMarked } from "./ownership.js";
import { isRuntime } from "./simulation.js";

interface Condition {
  type: string;
  status: string;
  message?: string;
}

interface Pod extends KubernetesObject {
  spec: { nodeName?: string; containers: { resources?: { requests?: Record<string, string> } }[] };
  status?: { phase?: string; conditions?: Condition[] };
}

interface Node extends KubernetesObject {
  status?: { allocatable?: Record<string, string>; conditions?: Condition[] };
}

interface Deployment extends KubernetesObject {
  spec: { replicas?: number };
  status?: { readyReplicas?: number };
}

interface Scaler extends KubernetesObject {
  spec: { scaleTargetRef: { name: string }; minReplicaCount?: number; maxReplicaCount?: number };
}

interface Service extends KubernetesObject {
  spec: { selector?: Record<string, string> };
}

/** A stack's objects in a cluster. */
export interface Status {
  models: { name: string; release: string; live: boolean; ready: number; wanted: number; range?: string }[];
  pods: { name: string; node?: string; state: string }[];
  groups: { name: string; nodes: number; gpus: number; gpusUsed: number }[];
}

function has(conditions: readonly Condition[] | undefined, type: string, status: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type && condition.status === status);
}

function stateOf({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) return "ending";
  const unscheduled = has(status?.conditions, "PodScheduled", "False");
  if (unscheduled !== undefined) return `pending: ${unscheduled.message ?? "not scheduled"}`;
  if (has(status?.conditions, "Ready", "True") !== undefined) return "ready";
  return status?.phase === "Running" ? "loading its model" : (status?.phase ?? "unknown").toLowerCase();
}

function gpusOf({ spec }: Pod): number {
  return spec.containers.reduce((sum, { resources }) => sum + gpusAmong(resources?.requests), 0);
}

/** Objects of the models of a stack. */
async function ofStack<T>(cluster: Cluster, apiVersion: string, kind: string, stack: string): Promise<T[]> {
  return cluster.list<T>(apiVersion, kind, { labels: { [LABELS.partOf]: stack } });
}

export async function statusOf(cluster: Cluster, stack: string, run: string): Promise<Status> {
  const [deployments, services, scalers, pods, nodes, all] = await Promise.all([
    ofStack<Deployment>(cluster, "apps/v1", "Deployment", stack),
    ofStack<Service>(cluster, "v1", "Service", stack),
    ofStack<Scaler>(cluster, "keda.sh/v1alpha1", "ScaledObject", stack),
    ofStack<Pod>(cluster, "v1", "Pod", stack),
    cluster.list<Node>("v1", "Node"),
    cluster.list<Pod>("v1", "Pod"),
  ]);
  return {
    models: deployments
      .filter(isRuntime)
      .map((deployment) => modelRow(deployment, services, scalers))
      .sort((a, b) => a.name.localeCompare(b.name) || a.release.localeCompare(b.release)),
    pods: pods
      .map((pod) => ({
        name: pod.metadata.name,
        ...(pod.spec.nodeName !== undefined && { node: pod.spec.nodeName }),
        state: stateOf(pod),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    groups: groupRows(
      nodes.filter((node) => isMarked(node, run)),
      all,
    ),
  };
}

function modelRow(
  { metadata, spec, status }: Deployment,
  services: readonly Service[],
  scalers: readonly Scaler[],
): Status["models"][number] {
  const name = metadata.labels?.[LABELS.instance] ?? metadata.name;
  const release = metadata.labels?.[LABELS.release] ?? "";
  const route = services.find(
    (service) => service.metadata.name === name && service.metadata.namespace === metadata.namespace,
  );
  const scaler = scalers.find((candidate) => candidate.spec.scaleTargetRef.name === metadata.name);
  return {
    name,
    release,
    live: route?.spec.selector?.[LABELS.release] === release,
    ready: status?.readyReplicas ?? 0,
    wanted: spec.replicas ?? 1,
    ...(scaler !== undefined && {
      range: `${scaler.spec.minReplicaCount ?? 0} to ${scaler.spec.maxReplicaCount ?? "any"}`,
    }),
  };
}

function groupRows(simulated: readonly Node[], pods: readonly Pod[]): Status["groups"] {
  const names = [...new Set(simulated.map(({ metadata }) => metadata.labels![NODE_GROUP_LABEL]!))].sort();
  return names.map((name) => {
    const members = simulated.filter(({ metadata }) => metadata.labels![NODE_GROUP_LABEL] === name);
    const here = new Set(members.map(({ metadata }) => metadata.name));
    return {
      name,
      nodes: members.length,
      gpus: members.reduce((sum, { status }) => sum + gpusAmong(status?.allocatable), 0),
      gpusUsed: pods.filter(({ spec }) => here.has(spec.nodeName ?? "")).reduce((sum, pod) => sum + gpusOf(pod), 0),
    };
  });
}

const STYLE = { head: [], border: [], compact: true };

export function statusText(status: Status): string {
  // Messages of a scheduler, and labels of nodes, which others may have written.
  const { models, pods, groups } = printableData(status);
  const modelTable = new Table({ head: ["model", "release", "route", "ready", "replicas"], style: STYLE });
  for (const { name, release, live, ready, wanted, range } of models) {
    const count = `${ready}/${wanted}`;
    modelTable.push([
      name,
      release,
      live ? "live" : "",
      ready === wanted ? pc.green(count) : pc.yellow(count),
      range ?? "fixed",
    ]);
  }
  const podTable = new Table({
    head: ["pod", "node", "state"],
    style: STYLE,
    colWidths: [null, null, 70],
    wordWrap: true,
  });
  for (const { name, node, state } of pods)
    podTable.push([name, node ?? "", state === "ready" ? pc.green(state) : pc.yellow(state)]);
  const nodeTable = new Table({ head: ["node group", "nodes", "GPUs used"], style: STYLE });
  for (const { name, nodes, gpus, gpusUsed } of groups)
    nodeTable.push([name, nodes, gpus === 0 ? "" : `${gpusUsed}/${gpus}`]);
  return [modelTable, podTable, nodeTable].map(String).join("\n");
}
