import { gpuRequestsOf } from "../gpus";
import { isSet } from "../read";
import { workloadRule } from "../rule";
import { runtimesOf } from "../runtimes";

export const livenessNeedsStartup = workloadRule(
  {
    name: "liveness-needs-startup",
    description: "A liveness probe on a vLLM or GPU container comes with a startup probe.",
    why: "Loading weights takes minutes in which nothing answers: liveness alone kills the container, which starts to load again, for ever.",
    remediationSteps: "Add a startupProbe that covers the model load, or remove the livenessProbe.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    const runtimes = new Set(runtimesOf(workload).map(({ container }) => container.where));
    for (const container of workload.containers) {
      if (!runtimes.has(container.where) && gpuRequestsOf(container).length === 0) continue;
      if (isSet(container.fields["livenessProbe"]) && !isSet(container.fields["startupProbe"])) {
        report(`${container.where}: livenessProbe without startupProbe: add a startupProbe that covers the model load`);
      }
    }
  },
);
