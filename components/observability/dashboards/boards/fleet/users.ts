/** What users feel. */
import { CONTRACT, OBJECTIVES, RELEASE, SLO } from "../../../../vocabulary/metrics/recorded.js";
import { type BoardLinks, modelOfLine } from "../../links.js";
import { dataLink, graph, type Sized } from "../../panels.js";
import { BY_MODEL, objectiveSeconds, worst } from "../../queries.js";
import { BURN, NEARLY } from "../../levels.js";
import { OF, of, LEGEND, p99, requests, failedShare } from "./queries.js";

export function users({ stack: own }: BoardLinks): Sized[] {
  const links = [dataLink("The model's dashboard", modelOfLine(own))];
  return [
    graph({
      title: "Error budget burn, 1 hour",
      description: `How many times faster than allowed a model uses up its error budget of 30 days; the worst ten. At ${BURN.page} a page fires, and the month's budget lasts two days. Open the model.`,
      unit: "none",
      width: 12,
      queries: [
        {
          expr: worst(
            `${of(SLO.errors("1h"))} / on (${BY_MODEL}, slo) group_left () max by (${BY_MODEL}, slo) (1 - ${of(CONTRACT.objective)})`,
          ),
          legend: `${LEGEND} {{slo}}`,
        },
      ],
      levels: { warning: 1, bad: BURN.page },
      links,
      noValue: "No service levels are stated",
    }),
    graph({
      title: "First token, p99 of its objective",
      description:
        "Time to the first token against each model's own objective; the worst ten. Above 100 % users wait longer than promised: open the model, and compare its queue with its engine.",
      unit: "percentunit",
      width: 12,
      queries: [{ expr: worst(`${p99} / on (${BY_MODEL}) ${objectiveSeconds(OBJECTIVES.ttft, OF)}`), legend: LEGEND }],
      levels: NEARLY,
      links,
      noValue: "No objective for the first token is stated",
    }),
    graph({
      title: "Requests",
      description:
        "Requests a second by model; the ten with the most. A line that falls to 0 while the others stay: its route, its gateway or its clients.",
      unit: "reqps",
      width: 8,
      queries: [{ expr: worst(requests), legend: LEGEND }],
      links,
    }),
    graph({
      title: "Failed requests",
      description:
        "Share of requests that were answered with 5xx; the worst ten. Look at refusals first, then at restarts.",
      unit: "percentunit",
      width: 8,
      queries: [{ expr: worst(failedShare), legend: LEGEND }],
      levels: { warning: 0.001, bad: 0.01 },
      links,
    }),
    graph({
      title: "Tokens",
      description: "Tokens a second that all models read and wrote. Requests without output tokens are a hung engine.",
      unit: "cps",
      width: 8,
      queries: [
        { expr: `sum(${of(RELEASE.promptTokens)})`, legend: "input", line: "input" },
        { expr: `sum(${of(RELEASE.generationTokens)})`, legend: "output", line: "output" },
      ],
    }),
  ];
}
