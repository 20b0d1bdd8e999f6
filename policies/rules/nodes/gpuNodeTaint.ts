import { GPU_TAINT } from "../../../components/vocabulary/nodes.js";
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
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const nodes = nodesOf(resource);
    if (!nodes?.hasGpus) return;
    const { where, noSchedule } = nodes;
    const { key } = GPU_TAINT;
    const taints = nodes.taints.filter((taint) => taint.key === key);
    const [other] = taints;
    if (taints.some(({ effect }) => effect === noSchedule)) return;
    if (other === undefined) {
      report(`${where}no taint ${key}: add ${nodes.written(GPU_TAINT)}`);
    } else {
      report(`${where}the effect of the taint ${key} ${state(other.effect)}: use "${noSchedule}"`);
    }
  },
);
