/** What the engine and its GPUs do. */
import { COLD_START } from "../../../../vocabulary/metrics/coldStart.js";
import { CONTRACT, RELEASE, TARGETS } from "../../../../vocabulary/metrics/recorded.js";
import { FULL } from "../../levels.js";
import { graph, type Sized } from "../../panels.js";
import { target } from "../../queries.js";
import { release, of, LEGEND } from "./queries.js";

export function engine(): Sized[] {
  return [
    graph({
      title: "Preemptions",
      description:
        "Requests a second that lost their place in the KV cache and start again. Above 0 for long: lower sequences or context in a new release, or take a larger GPU.",
      unit: "cps",
      width: 8,
      queries: [{ expr: `sum by (${release}) (${of(RELEASE.preemptions)})`, legend: LEGEND }],
      levels: { bad: 0.05 },
    }),
    graph({
      title: "Restarts and out-of-memory kills",
      description:
        "Restarts of engines in 15 minutes, and replicas whose last end was for want of host memory. A kill: raise memory in the pod's resources. Restarts without one: read the log of the container before (kubectl logs -p).",
      unit: "none",
      width: 8,
      queries: [
        { expr: `sum by (${release}) (${of(RELEASE.restarts)})`, legend: `${LEGEND} restarts` },
        { expr: `sum by (${release}) (${of(RELEASE.outOfMemory)})`, legend: `${LEGEND} out of memory` },
      ],
      noValue: "No replica was ended for want of memory",
    }),
    graph({
      title: "Cold starts",
      description:
        "What the start of each replica took, from its creation to its readiness, against the budget of vLLM's own part. schedule: nodes. prepare: image and weights. load: vLLM.",
      unit: "s",
      width: 8,
      queries: [
        {
          expr: `max by (${release}, part) (${COLD_START}{namespace="$namespace", vllm_model="$model"} and on (namespace, pod) ${of(CONTRACT.pod)})`,
          legend: `${LEGEND} {{part}}`,
        },
        { expr: `max(${target(TARGETS.startupSeconds, "model")})`, legend: "start budget", line: "target" },
      ],
    }),
    graph({
      title: "GPU utilization",
      description:
        "Share of time that GPUs of a release compute. Near 0 with running requests: a hung engine. Low with a queue: the KV cache limits, not the GPU. The dashboard GPU shows each one.",
      unit: "percentunit",
      width: 12,
      max: 1,
      queries: [{ expr: `max by (${release}) (${of(RELEASE.gpuUtilization)})`, legend: LEGEND }],
    }),
    graph({
      title: "GPU memory, fullest",
      description:
        "vLLM takes its share when it starts and keeps it: it changes only with a release. Above the line the next start may fail for want of memory; lower gpuMemoryUtilization in a new release.",
      unit: "percentunit",
      width: 12,
      max: 1,
      queries: [{ expr: `max by (${release}) (${of(RELEASE.gpuMemory)})`, legend: LEGEND }],
      levels: { warning: FULL, bad: 0.97 },
    }),
  ];
}
