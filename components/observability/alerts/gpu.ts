/** GPUs that are broken, held back or full. Only those that pods of the stack hold. */
import { COMPONENTS } from "../../vocabulary/labels.js";
import { DCGM, KUBE } from "../../vocabulary/metrics/kubernetes.js";
import type { Scope } from "../promql.js";
import type { Alert } from "./alert.js";
import { BY_RELEASE, inNamespace, joinedToPods, pods, RELEASE_NAME, SOME_TIME_AGO } from "./series.js";

const HOLDERS = `${COMPONENTS.runtime}|${COMPONENTS.batch}`;
const GPU = ["gpu", "UUID", "Hostname"];
const WHERE =
  "GPU {{ $labels.gpu }} ({{ $labels.UUID }}) of node {{ $labels.Hostname }}, held by pod {{ $labels.pod }}";

/**
 * XID errors of a program, after which the GPU is well: those that NVIDIA's device plugin ignores, too. What they do to vLLM shows in
 * its restarts. Source: NVIDIA/k8s-device-plugin internal/rm/health.go, read 2026-11-26.
 */
const OF_PROGRAMS = [13, 31, 43, 45, 68, 109];

/** By a counter of five minutes where the exporter has it, else by a change of the last error, which misses the same one again. */
function xidErrors(scope: Scope): string {
  const by = ["xid", ...GPU];
  const counted = `${inNamespace(DCGM.xidCount, scope, `xid!~"|0|${OF_PROGRAMS.join("|")}"`)} > 0`;
  const last = `${inNamespace(DCGM.xid, scope)} > 0 ${OF_PROGRAMS.map((xid) => `!= ${xid}`).join(" ")}`;
  const changed = `${last} and changes(${inNamespace(DCGM.xid, scope)}[5m]) > 0`;
  const uncounted = `(${changed}) unless on (namespace, pod) ${inNamespace(DCGM.xidCount, scope)}`;
  return (
    `${joinedToPods(counted, scope, HOLDERS, by)}\n` + `or 0 * (${joinedToPods(uncounted, scope, HOLDERS, GPU)}) + 1`
  );
}

/** Clocks are held down for heat or for want of power. A GPU at its power limit (`power_cap`) is a busy one, not a sick one. */
const HELD_BACK = "hw_slowdown|hw_thermal|hw_power_brake|sw_thermal";

export const GPUS: readonly Alert[] = [
  {
    name: "VllmGpuXid",
    summary: `${RELEASE_NAME}: a GPU reports an error (XID {{ $labels.xid }})`,
    description:
      `${WHERE}, has reported XID {{ $labels.xid }} {{ $value }} times in 5 minutes: an error of the GPU, its memory, its links or ` +
      "its driver, not of the program.",
    condition: `XID errors of a GPU in 5 minutes, without those of programs (${OF_PROGRAMS.join(", ")})`,
    expr: (scope) => xidErrors(scope),
    dashboard: "gpu",
  },
  {
    name: "VllmGpuThrottled",
    summary: `${RELEASE_NAME}: a GPU is slowed down ({{ $labels.clock_event }})`,
    description: `${WHERE}, runs at lower clocks because of {{ $labels.clock_event }}, for {{ $value }} of the samples of 5 minutes.`,
    condition: `a GPU's clocks are held down for heat or for want of power (${HELD_BACK.replaceAll("|", ", ")}) in each 5 minutes`,
    expr: (scope) => {
      const events = `${inNamespace(DCGM.clockEvents, scope, `clock_event=~"${HELD_BACK}"`)} > 0`;
      return joinedToPods(events, scope, HOLDERS, ["clock_event", ...GPU]);
    },
    dashboard: "gpu",
  },
  {
    name: "VllmGpuMemoryFull",
    summary: `${RELEASE_NAME}: a GPU has next to no free memory`,
    description:
      `${WHERE}, has {{ $value | humanize }} MiB free. vLLM takes its share at the start; what it allocates beside it later, such as ` +
      "buffers of NCCL and cuBLAS, fails once this is used up, and the engine with it.",
    // A share would be the contract's own number: vLLM fills memoryUtilization of the GPU when it starts, 90 % unless stated.
    condition:
      "free memory of a GPU is below the threshold; not a share, since vLLM takes `memoryUtilization` of it by design",
    expr: (scope, threshold) =>
      `min by (${[...GPU, "namespace", "pod", "vllm_stack", "vllm_model", "vllm_release", "vllm_class", "vllm_gpu"].join(", ")}) (` +
      `${joinedToPods(inNamespace(DCGM.memoryFree, scope), scope, HOLDERS, [...GPU, "GPU_I_ID"])}) < ${threshold}`,
    dashboard: "gpu",
  },
  {
    name: "VllmGpuMetricsMissing",
    summary: `${RELEASE_NAME}: GPUs are not seen`,
    description:
      "{{ $value }} ready pods of {{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}) have no " +
      "series of the DCGM exporter, though pods of the namespace had some within the last day.",
    condition: "a ready pod has no series of the DCGM exporter, and the namespace had some within the last day",
    expr: (scope) => {
      const ready = `${inNamespace(KUBE.podReady, scope, 'condition="true"')} == 1`;
      const seen = inNamespace(DCGM.memoryUsed, scope);
      const before = SOME_TIME_AGO.map((ago) => `group by (namespace) (${seen} offset ${ago})`);
      return (
        `sum ${BY_RELEASE} (${pods(scope, COMPONENTS.runtime)}\nand on (namespace, pod) ${ready}\nunless on (namespace, pod) ${seen})\n` +
        `and on (namespace) (${before.join(" or ")})`
      );
    },
    dashboard: "gpu",
  },
];
