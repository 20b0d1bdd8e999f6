/** *Model*: one model, two of its releases side by side, each against the numbers of its own contract. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { COLD_START } from "../../../vocabulary/metrics/coldStart.js";
import { METRIC_LABELS } from "../../../vocabulary/metrics/labels.js";
import { CONTRACT, OBJECTIVES, RELEASE, SLO, TARGETS } from "../../../vocabulary/metrics/recorded.js";
import { METRICS } from "../../../vocabulary/metrics/vllm.js";
import { board } from "../board.js";
import { ALERTS, BURN, FULL } from "../levels.js";
import { type BoardLinks, runbookOfRow } from "../links.js";
import { graph, type Query, type Sized, stat } from "../panels.js";
import { BY_MODEL, BY_RELEASE, counted, objectiveSeconds, type Of, series, target, targetOfAll } from "../queries.js";
import { table } from "../tables.js";
import { datasource, oneModel, oneNamespace, other, release as releaseVariable, stack } from "../variables.js";

const { release, revision, gpu, class: trafficClass } = METRIC_LABELS;
const of = (name: string, ...more: string[]): string => series(name, "model", ...more);
const LEGEND = `{{${release}}}`;
const RATE = "$__rate_interval";

/** A quantile of a recorded histogram, by release. */
function quantile(share: number, buckets: string): string {
  return `histogram_quantile(${share}, sum by (${BY_RELEASE}, le) (${of(buckets)}))`;
}

/** The same, of vLLM's own histogram. */
function rawQuantile(share: number, metric: string): string {
  return `histogram_quantile(${share}, sum by (${BY_RELEASE}, le) (rate(${of(`${metric}_bucket`)}[${RATE}])))`;
}

function state(links: BoardLinks): Sized[] {
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

/** Who a release is, and what its contract states. */
function identity(side: Of, variable: string): Sized {
  return table({
    title: `$${variable}: what runs`,
    description:
      "Revision, image and hash of the release's contract, as the config states them; a 1 under Routed marks the release that takes the traffic. The command npm run contract shows the difference of two.",
    unit: "none",
    width: 12,
    height: 4,
    keys: { [revision]: "Revision", image: "Image", contract_hash: "Contract", [gpu]: "GPU", [trafficClass]: "Class" },
    columns: [
      { title: "Release", expr: series(CONTRACT.info, side), unit: "none" },
      {
        title: "Routed",
        expr: `${series(CONTRACT.info, side)} * on (${BY_RELEASE}) group_left () (max by (${BY_RELEASE}) (${series(CONTRACT.route, side)}) or 0 * max by (${BY_RELEASE}) (${series(CONTRACT.info, side)}))`,
        unit: "none",
      },
    ],
    labelsOnly: true,
  });
}

/** A release's numbers. */
function numbers(side: Of, variable: string): Sized {
  const one = (name: (typeof TARGETS)[keyof typeof TARGETS], legend: string): Query => ({
    expr: target(name, side),
    legend,
  });
  return stat({
    title: `$${variable}: its contract`,
    description:
      "Numbers of the release's contract and what is derived from it: the lines in the graphs below. To change one, add a release and shift the route.",
    unit: "none",
    width: 12,
    queries: [
      one(TARGETS.gpus, "GPUs a replica"),
      one(TARGETS.context, "context"),
      one(TARGETS.sequences, "sequences"),
      one(TARGETS.inFlight, "in flight"),
      one(TARGETS.replicasMin, "least replicas"),
      one(TARGETS.replicasMax, "most replicas"),
    ],
  });
}

function load(side: Of, variable: string): Sized {
  return graph({
    title: `$${variable}: requests in flight`,
    description:
      "Requests that run and wait, over all replicas, against what the ready replicas aim at (the autoscaler's target) and the most that they take (beyond it they refuse). Waiting with few running: the KV cache is the limit, not the number of sequences.",
    unit: "none",
    width: 12,
    stacked: true,
    queries: [
      { expr: `sum(${series(RELEASE.running, side)})`, legend: "running", line: "running" },
      { expr: `sum(${series(RELEASE.waiting, side)})`, legend: "waiting", line: "waiting" },
      {
        expr: `max(${targetOfAll(TARGETS.inFlightTarget, RELEASE.replicasReady, side)})`,
        legend: "aimed at",
        line: "target",
      },
      { expr: `max(${targetOfAll(TARGETS.inFlight, RELEASE.replicasReady, side)})`, legend: "most", line: "target" },
    ],
  });
}

function replicas(side: Of, variable: string): Sized {
  return graph({
    title: `$${variable}: replicas`,
    description:
      "Replicas that are wanted, of the newest template, and ready, against the least and the most of the config. Updated but not ready for longer than the start budget: the rollout is stuck. Wanted at the most: there is no more room.",
    unit: "none",
    width: 12,
    queries: [
      { expr: `sum(${series(RELEASE.replicasWanted, side)})`, legend: "wanted", line: "wanted" },
      { expr: `sum(${series(RELEASE.replicasReady, side)})`, legend: "ready", line: "ready" },
      { expr: `sum(${series(RELEASE.replicasUpdated, side)})`, legend: "updated" },
      { expr: `max(${target(TARGETS.replicasMax, side)})`, legend: "most", line: "target" },
      { expr: `max(${target(TARGETS.replicasMin, side)})`, legend: "least", line: "target" },
    ],
  });
}

function cache(side: Of, variable: string): Sized {
  return graph({
    title: `$${variable}: KV cache`,
    description:
      "The fullest replica's KV cache against the share that the autoscaler aims at, and preemptions. Preemptions at a full cache: requests are too long for this GPU; lower sequences or context, or take a larger GPU.",
    unit: "percentunit",
    width: 12,
    max: 1,
    queries: [
      { expr: `max(${series(RELEASE.kvCacheUsage, side)})`, legend: "fullest replica" },
      { expr: `max(${target(TARGETS.kvCacheTarget, side)})`, legend: "aimed at", line: "target" },
    ],
  });
}

function sideBySide(): Sized[] {
  return [identity, numbers, load, replicas, cache].flatMap((panel) => [
    panel("release", "release"),
    panel("other", "other"),
  ]);
}

const OBJECTIVE = (slo: typeof OBJECTIVES.ttft | typeof OBJECTIVES.interTokenLatency): Query => ({
  expr: `max(${objectiveSeconds(slo, "model")})`,
  legend: "objective",
  line: "target",
});

function users(): Sized[] {
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
      queries: [{ expr: quantile(0.95, RELEASE.queueTime), legend: LEGEND }],
    }),
    graph({
      title: "Whole request, p95",
      description:
        "From arrival to the last token. Its floor is the length of the answers; compare with Length of answers before blaming the engine.",
      unit: "s",
      width: 8,
      queries: [{ expr: quantile(0.95, RELEASE.requestLatency), legend: LEGEND }],
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

function traffic(): Sized[] {
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
        { expr: rawQuantile(0.95, METRICS.promptLength), legend: `${LEGEND} prompt` },
        { expr: rawQuantile(0.95, METRICS.generationLength), legend: `${LEGEND} answer` },
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

function engine(): Sized[] {
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

export function model(links: BoardLinks): Dashboard {
  return board({
    name: "model",
    description: "One model, two releases of it side by side, against the numbers of their contracts.",
    links,
    variables: [datasource(), stack(links.stack), oneNamespace(), oneModel(), releaseVariable(), other()],
    rollouts: "model",
    rows: [
      { title: "Now", panels: state(links) },
      { title: "What users feel", panels: users() },
      { title: "$release beside $other", panels: sideBySide() },
      { title: "Traffic", panels: traffic() },
      { title: "Engine", panels: engine() },
    ],
  });
}
