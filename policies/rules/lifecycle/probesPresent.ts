import { isSet } from "../../read/values.js";
import { workloadRule } from "../../rule.js";
import { runtimesOf } from "../../engine/runtimes.js";

export const probesPresent = workloadRule(
  {
    name: "probes-present",
    description: "A vLLM runtime has a startup and a readiness probe.",
    why: "Without them a pod takes traffic while it still loads weights, and a rollout replaces good pods with ones that never start.",
    remediationSteps:
      "Add startupProbe (failureThreshold × periodSeconds covers the model load) and readinessProbe on /health.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    for (const { container } of runtimesOf(workload)) {
      for (const probe of ["startupProbe", "readinessProbe"]) {
        if (!isSet(container.fields[probe])) report(`${container.where}: no ${probe}: add one on GET /health`);
      }
    }
  },
);
