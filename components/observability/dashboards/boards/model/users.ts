/** What users feel. */
import { CONTRACT, OBJECTIVES, RELEASE, SLO } from "../../../../vocabulary/metrics/recorded.js";
import { METRICS } from "../../../../vocabulary/metrics/vllm.js";
import { BURN } from "../../levels.js";
import { graph, type Query, type Sized } from "../../panels.js";
import { BY_MODEL, objectiveSeconds } from "../../queries.js";
import { release, of, LEGEND, quantile } from "./queries.js";

const OBJECTIVE = (slo: typeof OBJECTIVES.ttft | typeof OBJECTIVES.interTokenLatency): Query => ({
  expr: `max(${objectiveSeconds(slo, "model")})`,
  legend: "objective",
  line: "target",
});

export function users(): Sized[] {
  const quantiles = (name: string, share: string): string => `max by (${release}) (${of(name, `quantile="${share}"`)})`;
  return [
    graph({
      title: "Time to the first token",
      description:
        "p50 and p99 by release against the objective. p99 alone high: long prompts or a queue (see Time in the queue). Both high: the release, its GPU or its flags; compare the releases and go back if the new one is slower.",
      unit: "s",
      width: 12,
      queries: [
        { expr: quantiles(RELEASE.timeToFirstTokenQuantile, "0.5"), legend: `${LEGEND} p50` },
        { expr: quantiles(RELEASE.timeToFirstTokenQuantile, "0.99"), legend: `${LEGEND} p99` },
        OBJECTIVE(OBJECTIVES.ttft),
      ],
    }),
    graph({
      title: "Time between tokens",
      description:
        "p50 and p99 by release against the objective: how fast an answer is written. It rises with the number of running requests; high with few of them: GPU clocks, throttling or a slower kernel.",
      unit: "s",
      width: 12,
      queries: [
        { expr: quantiles(RELEASE.interTokenLatencyQuantile, "0.5"), legend: `${LEGEND} p50` },
        { expr: quantiles(RELEASE.interTokenLatencyQuantile, "0.99"), legend: `${LEGEND} p99` },
        OBJECTIVE(OBJECTIVES.interTokenLatency),
      ],
    }),
    graph({
      title: "Time in the queue, p95",
      description:
        "How long requests wait before they run. Above 0 for long: more replicas are needed, or the ones there are limited by the KV cache.",
      unit: "s",
      width: 8,
      queries: [{ expr: quantile(0.95, METRICS.queueTime), legend: LEGEND }],
    }),
    graph({
      title: "Whole request, p95",
      description:
        "From arrival to the last token. Its floor is the length of the answers; compare with Length of answers before blaming the engine.",
      unit: "s",
      width: 8,
      queries: [{ expr: quantile(0.95, METRICS.requestLatency), legend: LEGEND }],
    }),
    graph({
      title: "Error budget burn",
      description: `How many times faster than allowed each objective uses up its budget, over 1 hour and over 6. Both above the line of ${BURN.page} is an outage; 6 hours above 1 is a slow leak.`,
      unit: "none",
      width: 8,
      queries: (["1h", "6h"] as const).map((window) => ({
        expr: `max by (slo) (${of(SLO.errors(window))} / on (${BY_MODEL}, slo) group_left () max by (${BY_MODEL}, slo) (1 - ${of(CONTRACT.objective)}))`,
        legend: `{{slo}} ${window}`,
      })),
      levels: { warning: BURN.ticket, bad: BURN.page },
      noValue: "No service levels are stated",
    }),
  ];
}
