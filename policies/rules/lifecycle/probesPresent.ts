import { each } from "../../read/unknown.js";
import { isSet } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";
import { isRayNode, runtimesOf } from "../../engine/runtimes.js";

export const probesPresent = wholePodRule(
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
    each(runtimesOf(workload), ({ container }) => {
      if (isRayNode(workload, container)) return;
      for (const probe of ["startupProbe", "readinessProbe"]) {
        if (!isSet(container.fields[probe])) report(`${container.where}: no ${probe}: add one on GET /health`);
      }
    });
  },
);
