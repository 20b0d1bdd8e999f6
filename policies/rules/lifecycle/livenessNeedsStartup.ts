import { claimsDevice, gpuRequestsOf } from "../../pods/gpus.js";
import { each } from "../../read/unknown.js";
import { faultOfProbe } from "../../pods/probes.js";
import { isSet } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";
import { runtimesOf } from "../../engine/runtimes.js";

export const livenessNeedsStartup = wholePodRule(
  {
    name: "liveness-needs-startup",
    description: "A liveness probe on a vLLM or GPU container comes with a startup probe.",
    why: "While it loads weights, vLLM does not answer for minutes: a liveness probe alone kills the container, which starts to load again, without end.",
    remediationSteps: "Add a startupProbe that covers the model load, or remove the livenessProbe.",
    equalForms:
      "Containers that serve a model, ask for a GPU of NVIDIA or AMD, or take a device claim are judged, whatever kind of probe they have. A startup probe of any length will do here (probes-present asks for its length); a long initialDelaySeconds of the liveness probe does not, because it delays each check after a start that was short, and still kills one that takes longer.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    const runtimes = new Set([...runtimesOf(workload)].map(({ container }) => container.where));
    each(workload.containers, (container) => {
      if (!runtimes.has(container.where) && gpuRequestsOf(container).length === 0 && !claimsDevice(container)) return;
      if (isSet(container.fields["livenessProbe"]) && faultOfProbe(container.fields["startupProbe"]) !== undefined) {
        report(`${container.where}: livenessProbe without startupProbe: add a startupProbe that covers the model load`);
      }
    });
  },
);
