/** How the model does. */
import { RELEASE, SLO } from "../../../../vocabulary/metrics/recorded.js";
import { ALERTS } from "../../levels.js";
import { type BoardLinks, runbookOfRow } from "../../links.js";
import { type Sized, stat } from "../../panels.js";
import { counted, series } from "../../queries.js";
import { table } from "../../tables.js";
import { release, of } from "./queries.js";

export function state(links: BoardLinks): Sized[] {
  const firing = series(ALERTS.metric, "model", ALERTS.ours, 'alertstate="firing"');
  return [
    stat({
      title: "Alerts",
      description: "Alerts of this model that fire now; the table beside names them and leads to their runbooks.",
      unit: "none",
      width: 3,
      height: 6,
      queries: [{ expr: counted(firing), legend: "firing" }],
      levels: { bad: 1 },
    }),
    stat({
      title: "Replicas",
      description:
        "Replicas of all releases that are ready, and that are wanted. None ready: users get errors; see Restarts, and the cold starts for where a new one stands.",
      unit: "none",
      width: 4,
      height: 6,
      queries: [
        { expr: `sum(${of(RELEASE.replicasReady)})`, legend: "ready" },
        { expr: `sum(${of(RELEASE.replicasWanted)})`, legend: "wanted" },
      ],
    }),
    stat({
      title: "Error budget left",
      description:
        "What each objective has left of its error budget of 30 days. Below 0 it is spent: roll back what was rolled out last, and roll out nothing else.",
      unit: "percentunit",
      decimals: 0,
      width: 5,
      height: 6,
      queries: [{ expr: `min by (slo) (${of(SLO.budgetLeft)})`, legend: "{{slo}}" }],
      levels: { warning: 0.5, bad: 0.1, lowIsBad: true },
      named: true,
      noValue: "No service levels are stated",
    }),
    table({
      title: "What fires",
      description: "Alerts of this model that fire now. The name leads to the runbook.",
      unit: "none",
      width: 12,
      height: 6,
      keys: { alertname: "Alert", severity: "Severity", [release]: "Release" },
      columns: [{ title: "Firing", expr: firing, unit: "none" }],
      labelsOnly: true,
      worstFirst: "Severity",
      lowIsWorst: true,
      links: runbookOfRow(links),
      noValue: "Nothing fires",
    }),
  ];
}
