import { workloadRule } from "../../rule.js";
import { isRuntime } from "../../engine/runtimes.js";
import { state } from "../../read/show.js";

export const serviceLinksOff = workloadRule(
  {
    name: "service-links-off",
    description: "A vLLM runtime gets no variables for the Services of its namespace.",
    // vllm/envs.py (get_vllm_port), 0.29.0 to 0.33.0: "appears to be a URI".
    why: "A Service named vllm sets VLLM_PORT to tcp://…, which vLLM takes for its own setting and does not start.",
    remediationSteps: "Set enableServiceLinks: false in the pod's spec.",
    equalForms:
      "Good: `enableServiceLinks: false` in the pod's spec alone; of a part of a pod, only `true` is refused. Pods that run no vLLM server may have links.",
    severity: "medium",
    enforcementLevel: "advisory",
  },
  (workload, report) => {
    const got = workload.podSpec["enableServiceLinks"];
    // Of a part of a pod, only what it says counts.
    if (got === false || (!workload.isWhole && got !== true) || !isRuntime(workload)) return;
    report(`enableServiceLinks ${state(got)}: set it to false in the pod's spec`);
  },
);
