/** Which containers ask for GPUs. */
import { NODE_GPUS } from "../../components/facts/guarded/variables.js";
import { GPU_TAINT } from "../../components/vocabulary/nodes.js";
import { quantityOf } from "../read/quantity.js";
import { at, fields, list, text } from "../read/values.js";
import type { Container } from "./containers.js";
import type { Workload } from "./workloads.js";

/**
 * NVIDIA's device plugin names whole GPUs, time-sliced ones, MIG slices and what it is told to rename; AMD's whole GPUs and partitions.
 * HAMi's `nvidia.com/gpumem` and `nvidia.com/gpucores` are shares of a GPU, not GPUs: https://github.com/Project-HAMi/HAMi (README, read 2026-11-26).
 */
const GPU = /^(nvidia\.com\/(gpu(?!mem|cores).*|mig-.+)|amd\.com\/gpu)$/;

/** Files of NVIDIA's and AMD's drivers. */
const GPU_FILE = /^\/dev\/(nvidia|dri|kfd)/;

export interface GpuRequest {
  resource: string;
  request: unknown;
  limit: unknown;
}

export function gpuRequestsOf(container: Container): GpuRequest[] {
  const requests = fields(at(container.fields, "resources", "requests"));
  const limits = fields(at(container.fields, "resources", "limits"));
  const names = new Set([...Object.keys(requests), ...Object.keys(limits)].filter((name) => GPU.test(name)));
  return [...names].map((resource) => ({ resource, request: requests[resource], limit: limits[resource] }));
}

/** GPUs and slices that a container has; `undefined` where it asks for none by number. */
export function gpusOf(container: Container): number | undefined {
  const counts = gpuRequestsOf(container).map(({ limit }) => quantityOf(limit));
  return counts.reduce((sum, count) => (count === undefined ? sum : (sum ?? 0) + count), undefined);
}

/** True when the container takes a device by dynamic resource allocation, which counts nothing. */
export function claimsDevice(container: Container): boolean {
  return list(at(container.fields, "resources", "claims")).length > 0;
}

/** Of another maker, or of a part of a GPU: extended resources have the name of a domain before them, Kubernetes' own its own or none. */
const DEVICE = /^(?!([a-z0-9.-]+\.)?kubernetes\.io\/)[a-z0-9.-]+\/.+$/;

/** True when the container asks for a device of any kind. */
export function asksForDevice(container: Container): boolean {
  return (
    claimsDevice(container) ||
    Object.keys(fields(at(container.fields, "resources", "limits"))).some((name) => DEVICE.test(name))
  );
}

/** True for pods that use GPUs in any way: by request, by a claim, or past Kubernetes, which then counts nothing. */
export function usesGpu(workload: Workload): boolean {
  const { containers } = workload;
  return (
    containers.some((container) => gpuRequestsOf(container).length > 0 || claimsDevice(container)) ||
    containers.some(seesGpus) ||
    list(workload.podSpec["volumes"]).some((volume) => GPU_FILE.test(text(at(volume, "hostPath", "path")) ?? ""))
  );
}

/** Whether a variable gives the container GPUs past Kubernetes; `void` gives none, where the image's own would give all. */
function seesGpus(container: Container): boolean {
  return container.environment.some((variable) => NODE_GPUS.names.includes(variable.name) && variable.value !== "void");
}

/** Keys of the taints of nodes with these GPUs, one per vendor. */
export function gpuTaintsOf(workload: Workload): string[] {
  const names = workload.containers.flatMap(gpuRequestsOf).map(({ resource }) => resource);
  return [...new Set(names.map((name) => (name.startsWith("amd.com/") ? "amd.com/gpu" : GPU_TAINT.key)))];
}
