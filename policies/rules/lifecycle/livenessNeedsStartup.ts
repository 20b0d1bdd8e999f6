import { claimsDevice, gpuRequestsOf } from "../../pods/gpus.js";
import { each } from "../../read/unknown.js";
import { isSet } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";
import { runtimesOf } from "../../engine/runtimes.js";

export const livenessNeedsStartup = wholePodRule(
  {
    name: "liveness-needs-startup",
    description: "A liveness probe on a vLLM or GPU container comes with a startup probe.",
    why: "While it loads weights, vLLM does not answer for minutes: a liveness probe alone kills the container, which starts to load again, without end.",
    remediationSteps: "Add a startupProbe that covers the model load, or remove the livenessProbe.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    const runtimes = new Set([...runtimesOf(workload)].map(({ container }) => container.where));
    each(workload.containers, (container) => {
      if (!runtimes.has(container.where) && gpuRequestsOf(container).length === 0 && !claimsDevice(container)) return;
      if (isSet(container.fields["livenessProbe"]) && !isSet(container.fields["startupProbe"])) {
        report(`${container.where}: livenessProbe without startupProbe: add a startupProbe that covers the model load`);
      }
    });
  },
);
