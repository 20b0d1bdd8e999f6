import { GPU_RESOURCE } from "../../../components/vocabulary/nodes.js";
import { quote } from "../../../components/config/problems.js";
import { asksForDevice, gpuRequestsOf, gpusOf } from "../../pods/gpus.js";
import { quantityOf } from "../../read/quantity.js";
import { all, each } from "../../read/unknown.js";
import { wholePodRule } from "../../rule.js";
import {
  enginesOf,
  isCpuImage,
  isOfficialImage,
  isRayNode,
  runtimesOf,
  type VllmContainer,
} from "../../engine/runtimes.js";
import { workersOf } from "../../engine/parallelism.js";
import { programIn } from "../../engine/programs.js";
import { commandsOf } from "../../commands/commands.js";
import type { Container } from "../../pods/containers.js";
import type { Workload } from "../../pods/workloads.js";

export const gpuRequest = wholePodRule(
  {
    name: "gpu-request",
    description: "A vLLM runtime asks for the GPUs that it uses, as whole numbers with request equal to limit.",
    why: "Without a request the pod lands on any node, or shares a GPU that another runtime has filled; with fewer GPUs than --tensor-parallel-size it does not start, and with more it pays for idle ones; Kubernetes refuses fractions.",
    remediationSteps: `Set resources.limits["${GPU_RESOURCE}"] to the product of the parallel sizes; a request, if given, to the same.`,
    equalForms:
      "`1`, `\"1\"`, `1000m` and a limit alone are the same. Slices (MIG), shared GPUs, device claims and devices of other makers (TPU, Gaudi, Neuron, Ascend, Intel and further `vendor/device` names) count as a request, and images for CPUs need none. The GPUs used are tensor × pipeline × prefill-context parallel size × the replicas of data parallelism in the pod; they are compared with NVIDIA's and AMD's counts. Not compared: device claims, kinds and flags that spread a model over several pods (LeaderWorkerSet, Ray, `--nnodes`, the backend `ray`), and arguments from files or variables.",
    severity: "high",
    enforcementLevel: "mandatory",
  },
  (workload, report) => {
    all(
      () => each(workload.isShared ? [] : runtimesOf(workload), (runtime) => reportMissing(workload, runtime, report)),
      () =>
        each(enginesOf(workload), (engine) => {
          const fault = faultOf(workload, engine);
          if (fault !== undefined) report(`${engine.container.where}: ${fault}`);
        }),
      () => each(workload.containers, (container) => reportUnequal(container, report)),
    );
  },
);

type Report = (message: string) => void;

function reportMissing(workload: Workload, { container }: VllmContainer, report: Report): void {
  if (asksForDevice(container) || gpuRequestsOf(container).length > 0) return;
  if (isCpuImage(container) || isRayNode(workload, container)) return;
  report(`${container.where} serves a model and asks for no GPU: set resources.limits["${GPU_RESOURCE}"]`);
}

function reportUnequal(container: Container, report: Report): void {
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
}

/** Arguments that are not stated as they are: variables of a shell, a file; vLLM-Omni's stages have a file of GPUs, too. */
const FROM_ELSEWHERE = /\$|^--(config|omni)\b/;

/** Where a server's workers and its container's GPUs differ in number. */
function faultOf(workload: Workload, { container, args }: VllmContainer): string | undefined {
  const gpus = gpusOf(container);
  // A part of a GPU is no request.
  if (gpus === undefined || !Number.isInteger(gpus) || gpus < 1 || args.some((word) => FROM_ELSEWHERE.test(word)))
    return undefined;
  const workers = workersOf(workload, args);
  if (workers === undefined) return undefined;
  if (workers > gpus) {
    return `its parallel sizes need ${workers} GPUs and it asks for ${gpus}: ask for ${workers}, or lower them`;
  }
  if (workers === gpus || hasOtherUse(workload, container)) return undefined;
  return `it asks for ${gpus} GPUs and uses ${workers}: set --tensor-parallel-size=${gpus}, or ask for ${workers}`;
}

/** Whether what else the container runs may use the other GPUs: a second server, or what an image's own start script adds. */
function hasOtherUse(workload: Workload, container: Container): boolean {
  const engines = [...enginesOf(workload)].filter((engine) => engine.container === container);
  const startsAsGiven =
    commandsOf(container).some((words) => programIn(words) !== undefined) ||
    (isOfficialImage(container) && container.command.length === 0);
  return engines.length > 1 || !startsAsGiven;
}
