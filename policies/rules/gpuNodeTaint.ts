import { GPU_TAINT } from "../../components/vocabulary/nodes.js";
import { nodeGroupOf } from "../nodeGroups.js";
import { resourceRule } from "../rule.js";
import { state } from "../show.js";

export const gpuNodeTaint = resourceRule(
  {
    name: "gpu-node-taint",
    description: "A GPU node group keeps other pods off by a taint.",
    why: "Pods that need no GPU fill the node's CPU and memory: GPU pods then need another node, and this one cannot be removed.",
    remediationSteps: "Add the taint nvidia.com/gpu=true with effect NO_SCHEDULE.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (resource, report) => {
    const group = nodeGroupOf(resource);
    if (!group?.hasGpus) return;
    const { key, value } = GPU_TAINT;
    const taints = group.taints.filter((taint) => taint.key === key);
    const [other] = taints;
    if (taints.some(({ effect }) => effect === "NO_SCHEDULE")) return;
    if (other === undefined) {
      report(`no taint ${key}: add {key: "${key}", value: "${value}", effect: "NO_SCHEDULE"}`);
    } else {
      report(`the effect of the taint ${key} ${state(other.effect)}: use "NO_SCHEDULE"`);
    }
  },
);
