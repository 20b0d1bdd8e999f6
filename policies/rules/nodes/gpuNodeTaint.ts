import { GPU_TAINT } from "../../../components/vocabulary/nodes.js";
import { isGpuFamily, isGpuType } from "../../nodes/gpuMachines.js";
import type { NodeTaint } from "../../nodes/nodes.js";
import { nodesOf } from "../../nodes/nodesOf.js";
import { resourceRule } from "../../rule.js";
import { state } from "../../read/show.js";

export const gpuNodeTaint = resourceRule(
  {
    name: "gpu-node-taint",
    description: "A group or pool of GPU nodes keeps other pods off by a taint.",
    why: "Pods that need no GPU fill the node's CPU and memory: GPU pods then need another node, and this one cannot be removed.",
    remediationSteps:
      "Add the taint nvidia.com/gpu=true with effect NO_SCHEDULE; outside EKS' own node groups it is written NoSchedule.",
    equalForms:
      "Judged alike: managed groups of the AWS and AWS Native providers and of pulumi-eks, its self-managed groups, also by the kubelet's arguments, and Karpenter's NodePool of any version. " +
      "A taint of another name is good if its key or value speaks of GPUs, accelerators, models or a dedicated use, and so is the effect NoExecute. Taints that Karpenter takes off at start, and those of spot nodes, keep nobody off for long. Which pools have GPUs is read from instance types, images and requirements.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const nodes = nodesOf(resource);
    if (!nodes?.hasGpus) return;
    const { where, noSchedule } = nodes;
    const taints = nodes.taints.filter(isForGpus);
    const [other] = taints;
    if (taints.some(({ effect }) => effect === noSchedule || effect === nodes.noExecute)) return;
    if (other === undefined) {
      report(`${where}no taint ${GPU_TAINT.key}: add ${nodes.written(GPU_TAINT)}`);
    } else {
      report(`${where}the effect of the taint ${other.key} ${state(other.effect)}: use "${noSchedule}"`);
    }
  },
);

/** Words by which taints of GPU nodes go, in the key or the value: `nvidia.com/gpu`, `sku=gpu`, `dedicated=inference`. */
const GPU_WORDS =
  /gpu|nvidia|cuda|accelerator|inference|dedicated|(^|[^a-z])(ai|ml|llms?|vllm|models?|genai)($|[^a-z])/;

function isForGpus({ key = "", value = "" }: NodeTaint): boolean {
  return [key, value].some((word) => GPU_WORDS.test(word.toLowerCase()) || isGpuFamily(word) || isGpuType(word));
}
