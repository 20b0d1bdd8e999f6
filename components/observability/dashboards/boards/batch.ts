/** *Batch and cache*: work that can wait, weights that are kept, and what starts take because of them. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { COMPONENTS, LABELS } from "../../../vocabulary/labels.js";
import { COLD_START } from "../../../vocabulary/metrics/coldStart.js";
import { DCGM, KUBE } from "../../../vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS, shownLabel } from "../../../vocabulary/metrics/labels.js";
import { CONTRACT, RELEASE, TARGETS } from "../../../vocabulary/metrics/recorded.js";
import { board } from "../board.js";
import { type BoardLinks, modelOfLine } from "../links.js";
import { dataLink, graph, type Sized, stat } from "../panels.js";
import { BY_MODEL, BY_RELEASE, counted, ofJobs, ofPods, series, target, worst } from "../queries.js";
import { table } from "../tables.js";
import { datasource, someNamespaces, stack } from "../variables.js";

const { model, release } = METRIC_LABELS;
const BATCH = shownLabel(LABELS.instance);
const active = (component: string): string => ofJobs(KUBE.jobActive.name, component);
const failed = (component: string): string => ofJobs(KUBE.jobFailed.name, component);
const succeeded = (component: string): string => ofJobs(KUBE.jobSucceeded.name, component);
const started = (component: string): string => ofJobs(KUBE.jobStarted.name, component);
const ofComponent = (component: string): string => `component="${component}"`;

/** Jobs of a component, the failed ones first. */
function jobs(component: string, title: string, description: string): Sized {
  const perJob = (expr: string): string => `max by (namespace, job_name, ${BATCH}) (${expr})`;
  return table({
    title,
    description,
    unit: "none",
    width: 12,
    height: 9,
    keys: { job_name: "Job", ...(component === COMPONENTS.batch && { [BATCH]: "Batch" }), namespace: "Namespace" },
    columns: [
      { title: "Started", expr: `${perJob(started(component))} * 1000`, unit: "dateTimeAsIso" },
      { title: "Running", expr: perJob(active(component)), unit: "none" },
      { title: "Done", expr: perJob(succeeded(component)), unit: "none" },
      { title: "Failed", expr: perJob(failed(component)), unit: "none", levels: { bad: 1 } },
    ],
    worstFirst: "Failed",
    noValue: `No Jobs of the component ${component}`,
  });
}

/** Pods of a component that have no node yet. */
function unplaced(component: string): string {
  return ofPods(KUBE.podUnschedulable.name, "stack", [], ofComponent(component));
}

function work(): Sized[] {
  return [
    stat({
      title: "Pods at work",
      description: "Pods of batches that run now, conductors and workers.",
      unit: "none",
      width: 6,
      queries: [{ expr: `sum(${active(COMPONENTS.batch)}) or vector(0)`, legend: "running" }],
    }),
    stat({
      title: "Failed pods",
      description:
        "Pods of batches that failed and whose Jobs are still there. Shards are tried again; a batch whose Job failed is not. npm run batch -- status names the requests.",
      unit: "none",
      width: 6,
      queries: [{ expr: `sum(${failed(COMPONENTS.batch)}) or vector(0)`, legend: "failed" }],
      levels: { warning: 1, bad: 10 },
    }),
    stat({
      title: "Without a node",
      description:
        "Pods of batches that no node takes. They wait for GPUs that models hold, or for spot nodes; above 0 for hours: raise the node group's max.",
      unit: "none",
      width: 6,
      queries: [{ expr: `${counted(unplaced(COMPONENTS.batch))}`, legend: "waiting" }],
      levels: { warning: 1, bad: 1000 },
    }),
    stat({
      title: "Fills that failed",
      description:
        "Jobs that fill the weight cache and failed. Models that need those weights start slowly or not at all: read the Job's log; it names the file and the status.",
      unit: "none",
      width: 6,
      queries: [{ expr: counted(`(${failed(COMPONENTS.cache)}) > 0`), legend: "failed" }],
      levels: { bad: 1 },
    }),
    jobs(
      COMPONENTS.batch,
      "Batches",
      "Jobs of batches. A failed one: npm run batch -- status says which shards; their pods' logs say why. A Job that never runs waits for its queue or for a node.",
    ),
    jobs(
      COMPONENTS.cache,
      "Weight cache",
      "Jobs that fill and prune the weight cache. Models that wait for a fill show it as a long part prepare of their cold start.",
    ),
    graph({
      title: "Pods of batches",
      description: "Pods that run by batch. Fewer than the config's workers: nodes are missing or were taken back.",
      unit: "none",
      width: 12,
      stacked: true,
      queries: [{ expr: `sum by (${BATCH}) (${active(COMPONENTS.batch)})`, legend: `{{${BATCH}}}` }],
      noValue: "No batch runs",
    }),
    graph({
      title: "GPU utilization of batches",
      description: "A batch should keep its GPUs busy: low means shards too small, or an input that comes too slowly.",
      unit: "percentunit",
      width: 12,
      max: 1,
      queries: [
        {
          expr: `avg by (${model}) (${ofPods(DCGM.utilization.name, "stack", [], ofComponent(COMPONENTS.batch))}) / 100`,
          legend: `{{${model}}}`,
        },
      ],
      noValue: "No batch holds a GPU",
    }),
  ];
}

function starts({ stack: own }: BoardLinks): Sized[] {
  const links = [dataLink("The model's dashboard", modelOfLine(own))];
  const part = (name: string): string =>
    `max by (${BY_RELEASE}) (${COLD_START}{part="${name}"} * on (namespace, pod) group_left (${METRIC_LABELS.stack}) ${series(CONTRACT.pod, "stack")})`;
  const key = `{{${model}}} {{${release}}}`;
  return [
    graph({
      title: "Starts: image and weights",
      description:
        "Slowest start of each release, from its node to vLLM's start: image pull, volumes and the wait for weights; the worst ten. A warm cache makes it seconds; minutes mean that weights are fetched.",
      unit: "s",
      width: 8,
      queries: [{ expr: worst(part("prepare")), legend: key }],
      links,
    }),
    graph({
      title: "Starts: vLLM, of its budget",
      description:
        "From vLLM's start to Ready against the contract's start budget; the worst ten. At 100 % the startup probe kills the replica: weights come too slowly, or the compile cache is cold.",
      unit: "percentunit",
      width: 8,
      queries: [
        { expr: worst(`${part("load")} / on (${BY_RELEASE}) ${target(TARGETS.startupSeconds, "stack")}`), legend: key },
      ],
      levels: { warning: 0.8, bad: 1 },
      links,
    }),
    graph({
      title: "Prefix cache hits",
      description:
        "Share of prompt tokens that were in the KV cache already, by model; the ten lowest. A fall makes first tokens later and costs GPU time.",
      unit: "percentunit",
      width: 8,
      max: 1,
      queries: [
        {
          expr: `bottomk(10, sum by (${BY_MODEL}) (${series(RELEASE.cachedPromptTokens, "stack")}) / (sum by (${BY_MODEL}) (${series(RELEASE.promptTokens, "stack")}) > 0))`,
          legend: `{{${model}}}`,
        },
      ],
      links,
    }),
  ];
}

export function batch(links: BoardLinks): Dashboard {
  return board({
    name: "batch",
    description: "Batches, the weight cache, and what starts take because of it.",
    links,
    variables: [datasource(), stack(links.stack), someNamespaces()],
    rollouts: "stack",
    rows: [
      { title: "Batches and fills", panels: work() },
      { title: "Caches at work", panels: starts(links) },
    ],
  });
}
