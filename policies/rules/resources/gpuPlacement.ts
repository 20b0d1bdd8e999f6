import { GPU_TYPES } from "../../../components/facts/gpus.js";
import { isGeneralLabel } from "../../../components/facts/kubernetes/generalLabels.js";
import { GPU_TAINT, NODE_LABELS, SPOT_NODE_LABELS } from "../../../components/vocabulary/nodes.js";
import { gpuTaintsOf } from "../../pods/gpus.js";
import { type NodeRequirement, Placement, statedTaints, type Toleration } from "../../pods/placement.js";
import { nameOf, type Workload } from "../../pods/workloads.js";
import { isKind, type Resource } from "../../read/kinds.js";
import { all, each } from "../../read/unknown.js";
import { text } from "../../read/values.js";
import { stackRule } from "../../rule.js";

export const gpuPlacement = stackRule(
  {
    name: "gpu-placement",
    description: "A GPU pod says which nodes it is for, and tolerates their taint.",
    why: "A GPU count alone fits any GPU: a model sized for one lands on a smaller one and runs out of memory, or stays pending behind the taint.",
    remediationSteps:
      "Add a nodeSelector or required node affinity on the accelerator, and a toleration for the GPU taint; where the nodes have other taints, or none, state them in the annotation pulumi-vllm.dev/node-taints.",
    equalForms:
      "A nodeSelector, each alternative of a required node affinity, the `scheduling` of a RuntimeClass in the program, and `nodeName` say which nodes. Labels that nodes of every kind have (system, architecture, zone, role, spot or on-demand) and `DoesNotExist` say nothing. The taints are `nvidia.com/gpu` and `amd.com/gpu`; a toleration whose key or value names GPUs, models or dedicated nodes (`sku=gpu`, `dedicated=llm`) stands for a taint of that name, and GKE adds its own to pods that choose by its labels. Pods with device claims, or with devices of other makers, are not judged.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  ({ resources, workloads }, report) => {
    const classes = resources.filter((resource) => isKind(resource, "node.k8s.io", "RuntimeClass"));
    each(workloads, (workload) => {
      const ofGpus = workload.isWhole ? gpuTaintsOf(workload) : [];
      if (ofGpus.length === 0) return;
      const placement = new Placement(workload.podSpec, runtimeClassOf(workload, classes));
      if (placement.hasNode) return;
      const say = (message: string): void =>
        report(workload.urn, `${workload.where}the pod asks for GPUs and ${message}`);
      all(
        () => reportNodes(placement, say),
        () => reportTaints(placement, statedTaints(workload) ?? ofGpus.map((key) => ({ key })), say),
      );
    });
  },
);

function runtimeClassOf(workload: Workload, classes: readonly Resource[]): Resource | undefined {
  if (classes.length === 0) return undefined;
  const name = text(workload.podSpec["runtimeClassName"]);
  return classes.find((runtimeClass) => nameOf(runtimeClass) === name);
}

function reportNodes(placement: Placement, say: (message: string) => void): void {
  const alternatives = placement.required;
  const general = alternatives.find((term) => !term.some(choosesMachine));
  if (alternatives.length === 0 || general?.length === 0) {
    say("for no kind of node: add a nodeSelector such as accelerator: l4");
  } else if (general !== undefined) {
    const keys = general.map(({ key }) => key).join(", ");
    say(`chooses nodes by ${keys} alone, which other nodes have too: add a nodeSelector such as accelerator: l4`);
  }
}

function choosesMachine({ key, operator }: NodeRequirement): boolean {
  const isLifecycle = key === NODE_LABELS.lifecycle || SPOT_NODE_LABELS.some((label) => label.key === key);
  return operator !== "DoesNotExist" && !isLifecycle && !isGeneralLabel(key);
}

function reportTaints(
  placement: Placement,
  taints: ReadonlyArray<{ key: string; value?: string }>,
  say: (message: string) => void,
): void {
  for (const taint of taints) {
    const { key } = taint;
    if (placement.tolerates(taint) || isToleratedOtherwise(placement)) continue;
    say(`does not tolerate the taint ${key}: add {key: ${key}, operator: Exists}`);
  }
}

/** GKE taints its nodes with GPUs, and lets pods that ask for GPUs tolerate it: https://cloud.google.com/kubernetes-engine/docs/how-to/gpus */
const OF_GKE = /^cloud\.google\.com\/(gke-(accelerator|nodepool|gpu)|compute-class|machine-family)/;

/** What stands for a toleration of the taint: one of another name for the same nodes, or what the cloud adds. */
function isToleratedOtherwise(placement: Placement): boolean {
  return (
    placement.tolerations.some(namesGpuNodes) ||
    placement.required.some((term) => term.some(({ key }) => OF_GKE.test(key)))
  );
}

/** Words in the names of taints that users give to nodes for models. */
const NODE_WORDS = new Set([
  ...["gpu", "gpus", "nvidia", "amd", "cuda", "accelerator", "accelerators", "dedicated"],
  ...["llm", "vllm", "inference", "model", "models", "ml", "ai", ...GPU_TYPES],
]);

/** Taints of the vendors' own, which have to be tolerated as they are. */
const OF_VENDORS = new Set([GPU_TAINT.key, "amd.com/gpu"]);

function namesGpuNodes({ key, value, effect }: Toleration): boolean {
  if (effect === "PreferNoSchedule" || OF_VENDORS.has(key)) return false;
  const names = [key.slice(key.lastIndexOf("/") + 1), value];
  return names.some((name) => (name.toLowerCase().match(/[a-z0-9]+/g) ?? []).some((word) => NODE_WORDS.has(word)));
}
