/** Whether pods hold the GPUs that the contract says, on nodes of the intended kind. */
import { counted, listOr } from "../../../components/config/problems.js";
import { candidates } from "../../../components/derive/nodes/placement.js";
import { GPUS } from "../../../components/facts/gpus.js";
import { isSlice } from "../../../components/vocabulary/nodes.js";
import { ENGINE_CONTAINER } from "../../../components/vocabulary/workloads.js";
import { nodeGroupsOf } from "../../../stacks/clusterConfig.js";
import { type Check, judged, Skip, type Verdict } from "../check.js";
import { PRODUCT_LABEL, typeOfProduct } from "../gpuProduct.js";
import type { Node, Pod } from "../objects.js";
import type { Target } from "../target.js";
import type { WantedRelease } from "../wanted.js";

/** Name of the machine: https://kubernetes.io/docs/reference/labels-annotations-taints/ */
const MACHINE_LABEL = "node.kubernetes.io/instance-type";

export function gpuCheck(target: Target, release: WantedRelease): Check {
  return {
    name: "gpu",
    subject: release.name,
    next: target.kubectl("get pod -o wide && kubectl describe node <node>"),
    run: () => gpus(target, release),
  };
}

async function gpus(target: Target, release: WantedRelease): Promise<Verdict> {
  if (await target.isAtZero(release)) throw new Skip("at zero replicas, as autoscaling.min 0 allows");
  const pods = await target.pods(release);
  if (pods.length === 0) throw new Skip("there is no pod: see rollout");
  const found = await Promise.all(pods.map((pod) => onePod(target, release, pod)));
  const { gpu } = release.plan;
  const nodes = [...new Set(pods.map(({ spec }) => spec.nodeName))].filter((node) => node !== undefined);
  return judged(
    found.flat(),
    `${gpu.count} × ${gpu.type} for each of ${counted(pods.length, "pod")} on ${nodes.join(", ")}`,
  );
}

async function onePod(target: Target, release: WantedRelease, pod: Pod): Promise<string[]> {
  const { plan } = release;
  const { name } = pod.metadata;
  const { resource } = plan.accelerator;
  const problems: string[] = [];
  const engine = pod.spec.containers.find((container) => container.name === ENGINE_CONTAINER);
  const asked = Number(engine?.resources?.limits?.[resource] ?? 0);
  if (asked !== plan.gpu.count)
    problems.push(`${name} asks for ${asked} ${resource}, the contract says ${plan.gpu.count}`);
  const { nodeName } = pod.spec;
  if (nodeName === undefined) return [...problems, `${name} is on no node`];
  const node = await target.get<Node>({ apiVersion: "v1", kind: "Node", metadata: { name: nodeName } });
  if (node === undefined) return [...problems, `${name} is on the node ${nodeName}, which is not there`];
  return [...problems, ...nodeProblems(target, release, node).map((problem) => `${name}: node ${nodeName} ${problem}`)];
}

function nodeProblems(target: Target, { plan, deployment }: WantedRelease, node: Node): string[] {
  const { labels = {} } = node.metadata;
  const { resource } = plan.accelerator;
  const problems: string[] = [];
  for (const [label, value] of Object.entries(deployment.spec.template.spec.nodeSelector ?? {})) {
    if (labels[label] !== value) problems.push(`has ${label}=${labels[label] ?? ""}, wanted is ${value}`);
  }
  const groups = nodeGroupsOf(target.wanted.config.cluster);
  const machines = groups === undefined ? [] : candidates(plan, groups).flatMap((group) => group.machines);
  const names = machines.filter(({ cloud }) => cloud !== undefined).map((machine) => machine.name);
  const machine = labels[MACHINE_LABEL];
  if (names.length > 0 && names.length === machines.length && machine !== undefined && !names.includes(machine)) {
    problems.push(`is a ${machine}, the node group has ${listOr([...new Set(names)])}`);
  }
  const product = labels[PRODUCT_LABEL];
  const type = product === undefined ? undefined : typeOfProduct(product);
  // A slice has the name of its GPU; a type of the config's own has any.
  if (type !== undefined && type !== plan.gpu.type && plan.gpu.type in GPUS && !isSlice(resource)) {
    problems.push(`has GPUs ${product}, the contract says ${plan.gpu.type}`);
  }
  const allocatable = Number(node.status?.allocatable?.[resource] ?? 0);
  if (allocatable < plan.gpu.count) {
    problems.push(`has ${allocatable} allocatable ${resource}: the device plugin may not run there`);
  }
  return problems;
}
