/** *Fleet*: every model of a stack. What is opened first at night: what fires, which model it is, and where to look next. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { kvCacheTarget } from "../../../derive/scaling.js";
import { METRIC_LABELS } from "../../../vocabulary/metrics/labels.js";
import { CONTRACT, OBJECTIVES, RELEASE, SLO, TARGETS } from "../../../vocabulary/metrics/recorded.js";
import { board } from "../board.js";
import { type BoardLinks, modelOfLine, modelOfRow, runbookOfRow } from "../links.js";
import { dataLink, graph, type Sized, stat } from "../panels.js";
import { BY_MODEL, BY_RELEASE, counted, objectiveSeconds, series, target, targetOfAll, worst } from "../queries.js";
import { table } from "../tables.js";
import { datasource, someModels, someNamespaces, stack } from "../variables.js";
import { ALERTS, BURN, FULL, NEARLY } from "../levels.js";

const { model, class: trafficClass } = METRIC_LABELS;
const OF = "models";
const of = (name: string, ...more: string[]): string => series(name, OF, ...more);
const byModel = (expr: string, how = "sum"): string => `${how} by (${BY_MODEL}) (${expr})`;
const LEGEND = `{{${model}}}`;

const wanted = byModel(of(RELEASE.replicasWanted));
const ready = byModel(of(RELEASE.replicasReady));
const p99 = byModel(of(RELEASE.timeToFirstTokenQuantile, 'quantile="0.99"'), "max");
const requests = byModel(of(RELEASE.http));
const failed = byModel(of(RELEASE.http, 'status="5xx"'));
/** Share of requests that failed. A model without failures has no series of them. */
const failedShare = `(${failed} or ${requests} * 0) / (${requests} > 0)`;
/** Of each model the release that is worst off: one that takes no traffic would hide it in a sum. */
const worstRelease = (expr: string): string => byModel(expr, "max");
/** Waiting requests a ready replica: how far behind a release is. */
const waitingEach = worstRelease(`${of(RELEASE.waiting)} / on (${BY_RELEASE}) (${of(RELEASE.replicasReady)} > 0)`);

function now(links: BoardLinks): Sized[] {
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

function models({ stack: own }: BoardLinks): Sized[] {
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

function users({ stack: own }: BoardLinks): Sized[] {
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

function room({ stack: own }: BoardLinks): Sized[] {
  const links = [dataLink("The model's dashboard", modelOfLine(own))];
  const inFlight = `${of(RELEASE.running)} + ${of(RELEASE.waiting)}`;
  return [
    graph({
      title: "In flight, of what is aimed at",
      description:
        "Requests in flight against what the ready replicas aim at by their contract; the ten fullest. Above 100 % the autoscaler adds replicas; if it stays there, it is at its most or finds no node.",
      unit: "percentunit",
      width: 8,
      queries: [
        {
          expr: worst(
            worstRelease(
              `(${inFlight}) / on (${BY_RELEASE}) (${targetOfAll(TARGETS.inFlightTarget, RELEASE.replicasReady, OF)} > 0)`,
            ),
          ),
          legend: LEGEND,
        },
      ],
      levels: { warning: 1, bad: 1.5 },
      links,
    }),
    graph({
      title: "Waiting requests a replica",
      description:
        "Requests that wait, for each ready replica; the worst ten. Rises without more requests: the engine got slower, or the KV cache is full.",
      unit: "none",
      width: 8,
      queries: [{ expr: worst(waitingEach), legend: LEGEND }],
      links,
    }),
    graph({
      title: "KV cache, fullest replica",
      description:
        "How full the fullest replica's KV cache is; the ten fullest. The autoscaler aims at the first line. Above the second, requests are preempted and started again.",
      unit: "percentunit",
      width: 8,
      max: 1,
      queries: [{ expr: worst(byModel(of(RELEASE.kvCacheUsage), "max")), legend: LEGEND }],
      levels: { warning: kvCacheTarget(), bad: FULL },
      links,
    }),
    graph({
      title: "Replicas, of the most allowed",
      description:
        "Replicas that are wanted against the most that the config allows; the ten nearest. At 100 % with waiting requests: raise autoscaling.max, or the load has to go elsewhere.",
      unit: "percentunit",
      width: 12,
      max: 1.1,
      queries: [
        {
          expr: worst(
            worstRelease(`${of(RELEASE.replicasWanted)} / on (${BY_RELEASE}) (${target(TARGETS.replicasMax, OF)} > 0)`),
          ),
          legend: LEGEND,
        },
      ],
      levels: NEARLY,
      links,
    }),
    graph({
      title: "Replicas that are missing",
      description:
        "Replicas that are wanted and not ready, by model. A step that lasts as long as a start is scaling; longer is a stuck rollout, a crash or a missing node.",
      unit: "none",
      width: 12,
      stacked: true,
      queries: [{ expr: worst(`clamp_min(${wanted} - ${ready}, 0)`), legend: LEGEND }],
      links,
    }),
  ];
}

export function fleet(links: BoardLinks): Dashboard {
  return board({
    name: "fleet",
    description: "All models of a stack: what fires, who is affected, and what is short of room.",
    links,
    variables: [datasource(), stack(links.stack), someNamespaces(), someModels()],
    rollouts: OF,
    rows: [
      { title: "Now", panels: now(links) },
      { title: "Models against their contracts", panels: models(links) },
      { title: "What users feel", panels: users(links) },
      { title: "Room that is left", panels: room(links) },
    ],
  });
}
