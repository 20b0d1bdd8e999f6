import { GPU_RESOURCE } from "../../../components/vocabulary/nodes.js";
import { quote } from "../../../components/config/problems.js";
import { asksForDevice, gpuRequestsOf } from "../../pods/gpus.js";
import { quantityOf } from "../../read/quantity.js";
import { each } from "../../read/unknown.js";
import { wholePodRule } from "../../rule.js";
import { isCpuImage, runtimesOf } from "../../engine/runtimes.js";

export const gpuRequest = wholePodRule(
  {
    name: "gpu-request",
    description: "A vLLM runtime asks for its GPUs, as whole numbers with request equal to limit.",
    why: "Without a request the pod lands on any node, or shares a GPU that another runtime has filled; Kubernetes refuses fractions.",
    remediationSteps: `Set resources.limits["${GPU_RESOURCE}"] to the number of GPUs; a request, if given, to the same.`,
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    each(workload.isShared ? [] : runtimesOf(workload), ({ container }) => {
      if (asksForDevice(container) || gpuRequestsOf(container).length > 0 || isCpuImage(container)) return;
      report(`${container.where} serves a model and asks for no GPU: set resources.limits["${GPU_RESOURCE}"]`);
    });
    each(workload.containers, (container) => {
      for (const { resource, request, limit } of gpuRequestsOf(container)) {
        const got = `${container.where}: ${resource} has request ${quote(request)} and limit ${quote(limit)}`;
        const count = quantityOf(limit);
        // Kubernetes takes the limit for a request that is left out, never the other way round for devices.
        if (limit === undefined || (request !== undefined && quantityOf(request) !== count)) {
          report(`${got}: set both to the same whole number`);
        } else if (count === undefined || !Number.isInteger(count) || count < 1) {
          report(`${got}: use a whole number of at least 1, GPUs cannot be split`);
        }
      }
    });
  },
);
