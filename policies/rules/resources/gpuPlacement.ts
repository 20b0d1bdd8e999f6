import { gpuTaintsOf } from "../../pods/gpus.js";
import { requiredNodes, statedTaints, tolerates } from "../../pods/placement.js";
import { wholePodRule } from "../../rule.js";

export const gpuPlacement = wholePodRule(
  {
    name: "gpu-placement",
    description: "A GPU pod says which nodes it is for, and tolerates their taint.",
    why: "A GPU count alone fits any GPU: a model sized for one lands on a smaller one and runs out of memory, or stays pending behind the taint.",
    remediationSteps:
      "Add a nodeSelector or required node affinity on the accelerator, and a toleration for the GPU taint; where the nodes have other taints, or none, state them in the annotation pulumi-vllm.dev/node-taints.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    const ofGpus = gpuTaintsOf(workload);
    if (ofGpus.length > 0 && requiredNodes(workload).length === 0) {
      report("the pod asks for GPUs and for no kind of node: add a nodeSelector such as accelerator: l4");
    }
    if (ofGpus.length === 0) return;
    for (const taint of statedTaints(workload) ?? ofGpus.map((key) => ({ key }))) {
      if (tolerates(workload, taint)) continue;
      const { key } = taint;
      report(`the pod asks for GPUs and does not tolerate the taint ${key}: add {key: ${key}, operator: Exists}`);
    }
  },
);
