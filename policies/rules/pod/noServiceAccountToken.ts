import { workloadRule } from "../../rule.js";
import { isRuntime } from "../../engine/runtimes.js";
import { state } from "../../read/show.js";

export const noServiceAccountToken = workloadRule(
  {
    name: "no-service-account-token",
    description: "A vLLM runtime carries no token for the Kubernetes API.",
    why: "vLLM never calls the API: only an attacker in the pod would use the token.",
    remediationSteps: "Set automountServiceAccountToken: false in the pod's spec.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    const got = workload.podSpec["automountServiceAccountToken"];
    // Of a part of a pod, only what it says counts.
    if (got === false || (!workload.isWhole && got !== true) || !isRuntime(workload)) return;
    report(`automountServiceAccountToken ${state(got)}: set it to false in the pod's spec`);
  },
);
