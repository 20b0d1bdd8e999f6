/** What is asked of the model. */
import { RELEASE, TARGETS } from "../../../../vocabulary/metrics/recorded.js";
import { METRICS } from "../../../../vocabulary/metrics/vllm.js";
import { graph, type Sized } from "../../panels.js";
import { target } from "../../queries.js";
import { release, of, LEGEND, quantile } from "./queries.js";

export function traffic(): Sized[] {
  return [
    graph({
      title: "Requests by answer",
      description:
        "Requests a second by class of HTTP status and release. 4xx: clients. 5xx: replicas; see Refused and Restarts.",
      unit: "reqps",
      width: 8,
      queries: [{ expr: `sum by (${release}, status) (${of(RELEASE.http)})`, legend: `${LEGEND} {{status}}` }],
    }),
    graph({
      title: "How requests ended",
      description:
        "Requests a second by reason. abort: clients went away, often since they waited too long. length: answers were cut at the limit. error: the engine; read its log.",
      unit: "reqps",
      width: 8,
      queries: [
        {
          expr: `sum by (${release}, finished_reason) (${of(RELEASE.finished)})`,
          legend: `${LEGEND} {{finished_reason}}`,
        },
      ],
    }),
    graph({
      title: "Refused",
      description:
        "Requests a second that a replica refused at the limits of its contract. Raise the most replicas or shed load; a higher limit only makes them wait. Older than vLLM 0.32 has no such metric.",
      unit: "reqps",
      width: 8,
      queries: [{ expr: `sum by (${release}) (${of(RELEASE.refusals)})`, legend: LEGEND }],
      noValue: "vLLM has this metric from 0.32 on",
    }),
    graph({
      title: "Tokens",
      description:
        "Tokens a second that are read (input) and written (output), by release. Requests run and output is 0: the engine hangs; see the runbook of VllmEngineHung.",
      unit: "cps",
      width: 8,
      queries: [
        { expr: `sum by (${release}) (${of(RELEASE.promptTokens)})`, legend: `${LEGEND} input` },
        { expr: `sum by (${release}) (${of(RELEASE.generationTokens)})`, legend: `${LEGEND} output` },
      ],
    }),
    graph({
      title: "Length of prompts and answers, p95",
      description:
        "Tokens of a request. Longer prompts make first tokens later and fill the KV cache: a change here explains latency without any rollout.",
      unit: "short",
      width: 8,
      queries: [
        { expr: quantile(0.95, METRICS.promptLength), legend: `${LEGEND} prompt` },
        { expr: quantile(0.95, METRICS.generationLength), legend: `${LEGEND} answer` },
        { expr: `max(${target(TARGETS.context, "model")})`, legend: "context", line: "target" },
      ],
    }),
    graph({
      title: "Prefix cache hits",
      description:
        "Share of prompt tokens that were in the KV cache already. A fall makes first tokens later: prompts changed, or requests of a conversation reach different replicas.",
      unit: "percentunit",
      width: 8,
      max: 1,
      queries: [
        {
          expr: `sum by (${release}) (${of(RELEASE.cachedPromptTokens)}) / (sum by (${release}) (${of(RELEASE.promptTokens)}) > 0)`,
          legend: LEGEND,
        },
      ],
    }),
  ];
}
