/** A release's GPUs, as the DCGM exporter sees them. */
import { DCGM } from "../../../vocabulary/metrics/kubernetes.js";
import type { Metric } from "../../../vocabulary/metrics/metric.js";
import { RELEASE } from "../../../vocabulary/metrics/recorded.js";
import type { RuleGroup, Scope } from "../../promql.js";
import { BY_RELEASE, inNamespace, joinedToRelease } from "./scope.js";

/** A GPU, or a slice of one, once, however many exporters see it. */
function aGpu({ name }: Metric, scope: Scope): string {
  return `max by (namespace, pod, UUID, GPU_I_ID) (${inNamespace(name, scope)})`;
}

export function gpuGroup(scope: Scope): RuleGroup {
  // A slice has no utilization of its own.
  const busy = `${aGpu(DCGM.utilization, scope)} / 100\nor ${aGpu(DCGM.engineActive, scope)}`;
  const used = aGpu(DCGM.memoryUsed, scope);
  const memory = `${used} / (${used} + ${aGpu(DCGM.memoryFree, scope)})`;
  return {
    name: "vllm-gpus",
    rules: [
      { record: RELEASE.gpuUtilization, expr: `avg ${BY_RELEASE} (${joinedToRelease(busy, scope)})` },
      { record: RELEASE.gpuMemory, expr: `max ${BY_RELEASE} (${joinedToRelease(memory, scope)})` },
    ],
  };
}
