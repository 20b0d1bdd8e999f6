import { quote } from "../../../components/config/problems.js";
import { usesGpu } from "../../pods/gpus.js";
import { quantityOf } from "../../read/quantity.js";
import { each } from "../../read/unknown.js";
import { at, type Fields } from "../../read/values.js";
import { wholePodRule } from "../../rule.js";
import { isRuntime } from "../../engine/runtimes.js";

export const memoryRequestEqualsLimit = wholePodRule(
  {
    name: "memory-request-equals-limit",
    description: "Containers of vLLM and GPU pods have a memory limit, and request all of it.",
    why: "When a node runs out of memory, Kubernetes evicts pods that use more than they requested; a vLLM pod then needs minutes to load its model again.",
    remediationSteps: "Set resources.limits.memory, and resources.requests.memory to the same or leave it out.",
    equalForms:
      "`24Gi`, `24576Mi` and `25769803776` are the same, and a limit alone is request and limit. Every container of a pod that serves a model or uses GPUs (by request, claim or past Kubernetes) is judged, init containers and sidecars too; ephemeral ones can have no resources. `resources` of the whole pod (Kubernetes 1.34) stand for those of its containers, where its memory has a limit that is also its request.",
    severity: "medium",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    if (!usesGpu(workload) && !isRuntime(workload)) return;
    const pod = memoryOf(workload.podSpec);
    // Resources of the whole pod stand for those of its containers (Kubernetes 1.34).
    if (isGiven(pod.limit) && (!isGiven(pod.request) || quantityOf(pod.request) === quantityOf(pod.limit))) return;
    const containers = workload.containers.filter(({ role }) => role !== "ephemeral container");
    each(containers, (container) => {
      const memory = memoryOf(container.fields);
      const { limit } = memory;
      if (!isGiven(limit)) {
        report(`${container.where}: no resources.limits.memory: set it, and the request to the same`);
        return;
      }
      const { request } = memory;
      if (isGiven(request) && quantityOf(request) !== quantityOf(limit)) {
        // Kubernetes takes the limit for a request that is left out.
        report(
          `${container.where}: memory request ${quote(request)} is not the limit ${quote(limit)}: set both to the same`,
        );
      }
    });
  },
);

function memoryOf(of: Fields): { readonly request: unknown; readonly limit: unknown } {
  return {
    get request() {
      return at(of, "resources", "requests", "memory");
    },
    get limit() {
      return at(of, "resources", "limits", "memory");
    },
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
