/** What is wrong now. */
import { METRIC_LABELS } from "../../../../vocabulary/metrics/labels.js";
import { RELEASE, SLO } from "../../../../vocabulary/metrics/recorded.js";
import { type BoardLinks, modelOfRow, runbookOfRow } from "../../links.js";
import { type Sized, stat } from "../../panels.js";
import { counted, series } from "../../queries.js";
import { table } from "../../tables.js";
import { ALERTS } from "../../levels.js";
import { model, of, wanted, ready } from "./queries.js";

export function now(links: BoardLinks): Sized[] {
  const { stack: own } = links;
  const firing = (...more: string[]): string =>
    series(ALERTS.metric, "stack", ALERTS.ours, 'alertstate="firing"', ...more);
  return [
    stat({
      title: "Pages",
      description:
        "Alerts that page and fire now. Above 0: the table below names them; open the runbook from its first column.",
      unit: "none",
      width: 4,
      queries: [{ expr: counted(firing(ALERTS.page)), legend: "pages" }],
      levels: { bad: 1 },
    }),
    stat({
      title: "Tickets",
      description:
        "Alerts for working hours that fire now. They can wait until the morning, unless pages fire for the same model.",
      unit: "none",
      width: 4,
      queries: [{ expr: counted(firing(ALERTS.ticket)), legend: "tickets" }],
      levels: { warning: 1, bad: 1000 },
    }),
    stat({
      title: "Models that are down",
      description:
        "Models that should have replicas and have none that is ready: their users get errors. Sort the table of models by Ready, open the model, and see whether it starts (Cold starts), crashes (Restarts) or finds no node.",
      unit: "none",
      width: 4,
      queries: [{ expr: counted(`(${wanted} > 0) unless (${ready} > 0)`), legend: "down" }],
      levels: { bad: 1 },
    }),
    stat({
      title: "Replicas",
      description:
        "Replicas that are ready, and that are wanted. Fewer ready than wanted for longer than a start takes: look at the dashboard GPU for nodes, and at the model's cold starts.",
      unit: "none",
      width: 4,
      queries: [
        { expr: `sum(${of(RELEASE.replicasReady)})`, legend: "ready" },
        { expr: `sum(${of(RELEASE.replicasWanted)})`, legend: "wanted" },
      ],
    }),
    stat({
      title: "Refused",
      description:
        "Requests a second that vLLM refused because a replica was at the limits of its contract. Above 0: users get 503. Raise the most replicas, or shed load. Older than vLLM 0.32 has no such metric.",
      unit: "reqps",
      width: 4,
      decimals: 2,
      queries: [{ expr: `sum(${of(RELEASE.refusals)}) or vector(0)`, legend: "refused" }],
      levels: { warning: 0.01, bad: 0.1 },
    }),
    stat({
      title: "Least budget left",
      description:
        "Error budget of 30 days that the worst objective of any model has left. Below 0 it is spent: stop rollouts of that model, and see its service levels.",
      unit: "percentunit",
      width: 4,
      queries: [{ expr: `min(${of(SLO.budgetLeft)})`, legend: "left" }],
      levels: { warning: 0.5, bad: 0.1, lowIsBad: true },
      noValue: "No service levels are stated",
    }),
    table({
      title: "What fires",
      description:
        "Alerts of this stack that fire now, pages first. The name leads to its runbook, the model to its dashboard.",
      unit: "none",
      width: 24,
      height: 6,
      keys: {
        alertname: "Alert",
        severity: "Severity",
        [model]: "Model",
        [METRIC_LABELS.release]: "Release",
        namespace: "Namespace",
      },
      columns: [{ title: "Firing", expr: firing(), unit: "none" }],
      labelsOnly: true,
      worstFirst: "Severity",
      lowIsWorst: true,
      links: {
        ...runbookOfRow(links),
        [model]: { title: "The model's dashboard", url: modelOfRow(own) },
      },
      noValue: "Nothing fires",
    }),
  ];
}
