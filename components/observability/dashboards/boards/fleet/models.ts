/** Every model against its contract. */
import { kvCacheTarget } from "../../../../derive/scaling.js";
import { OBJECTIVES, RELEASE, SLO } from "../../../../vocabulary/metrics/recorded.js";
import { type BoardLinks, modelOfRow } from "../../links.js";
import type { Sized } from "../../panels.js";
import { BY_MODEL, objectiveSeconds } from "../../queries.js";
import { table } from "../../tables.js";
import { FULL, NEARLY } from "../../levels.js";
import { model, trafficClass, OF, of } from "./queries.js";

export function models({ stack: own }: BoardLinks): Sized[] {
  const all = (name: string): string => `sum by (${BY_MODEL}, ${trafficClass}) (${of(name)})`;
  return [
    table({
      title: "Models",
      description:
        "Each model against its own contract, the slowest against its objective first. Red in one column says where to look: latency with waiting requests is load; latency with an empty queue is the engine or the GPU; KV cache with preemptions is too long a context for the GPU.",
      unit: "none",
      width: 24,
      height: 11,
      keys: { [model]: "Model", namespace: "Namespace", [trafficClass]: "Class" },
      columns: [
        { title: "Ready", expr: all(RELEASE.replicasReady), unit: "none" },
        { title: "Wanted", expr: all(RELEASE.replicasWanted), unit: "none" },
        {
          title: "First token, p99",
          expr: of(RELEASE.timeToFirstTokenQuantile, 'quantile="0.99"'),
          unit: "s",
          decimals: 2,
        },
        {
          title: "… of its objective",
          expr: `max by (${BY_MODEL}, ${trafficClass}) (${of(RELEASE.timeToFirstTokenQuantile, 'quantile="0.99"')}) / on (${BY_MODEL}, ${trafficClass}) ${objectiveSeconds(OBJECTIVES.ttft, OF)}`,
          unit: "percentunit",
          decimals: 0,
          levels: NEARLY,
        },
        {
          title: "KV cache",
          expr: of(RELEASE.kvCacheUsage),
          unit: "percentunit",
          decimals: 0,
          levels: { warning: kvCacheTarget(), bad: FULL },
        },
        { title: "Waiting", expr: all(RELEASE.waiting), unit: "none" },
        {
          title: "Refused",
          expr: all(RELEASE.refusals),
          unit: "reqps",
          decimals: 2,
          levels: { warning: 0.01, bad: 0.1 },
        },
        {
          title: "Requests",
          expr: all(RELEASE.http),
          unit: "reqps",
          decimals: 2,
        },
        {
          title: "Budget left",
          expr: `min by (${BY_MODEL}, ${trafficClass}) (${of(SLO.budgetLeft)})`,
          unit: "percentunit",
          decimals: 0,
          levels: { warning: 0.5, bad: 0.1, lowIsBad: true },
        },
      ],
      worstFirst: "… of its objective",
      links: { [model]: { title: "The model's dashboard", url: modelOfRow(own) } },
    }),
  ];
}
