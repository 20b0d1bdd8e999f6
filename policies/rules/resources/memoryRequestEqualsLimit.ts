import { quote } from "../../../components/config/problems.js";
import { asksForGpu } from "../../pods/gpus.js";
import { quantityOf } from "../../read/quantity.js";
import { each } from "../../read/unknown.js";
import { at } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";
import { isRuntime } from "../../engine/runtimes.js";

export const memoryRequestEqualsLimit = wholePodRule(
  {
    name: "memory-request-equals-limit",
    description: "Containers of vLLM and GPU pods have a memory limit, and request all of it.",
    why: "When a node runs out of memory, Kubernetes evicts pods that use more than they requested; a vLLM pod then needs minutes to load its model again.",
    remediationSteps: "Set resources.limits.memory, and resources.requests.memory to the same or leave it out.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    if (!isRuntime(workload) && !asksForGpu(workload)) return;
    each(workload.containers, (container) => {
      const request = at(container.fields, "resources", "requests", "memory");
      const limit = at(container.fields, "resources", "limits", "memory");
      if (limit === undefined || limit === null) {
        report(`${container.where}: no resources.limits.memory: set it, and the request to the same`);
      } else if (request !== undefined && request !== null && quantityOf(request) !== quantityOf(limit)) {
        // Kubernetes takes the limit for a request that is left out.
        report(
          `${container.where}: memory request ${quote(request)} is not the limit ${quote(limit)}: set both to the same`,
        );
      }
    });
  },
);
