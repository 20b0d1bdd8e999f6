/** *GPU*: the GPUs that a stack's pods hold, whether they work, and whether they are well. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { DCGM } from "../../../vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS } from "../../../vocabulary/metrics/labels.js";
import { COST, RELEASE } from "../../../vocabulary/metrics/recorded.js";
import { board } from "../board.js";
import { FULL } from "../levels.js";
import { type BoardLinks, modelOfLine, modelOfRow } from "../links.js";
import { dataLink, graph, type Sized, stat } from "../panels.js";
import { counted, ofPods, series, worst } from "../queries.js";
import { table } from "../tables.js";
import { datasource, someModels, someNamespaces, stack } from "../variables.js";

const { model, release, gpu } = METRIC_LABELS;
const OF = "models";
const of = (name: string, ...more: string[]): string => series(name, OF, ...more);
/** A metric of DCGM, with the model and release that hold the GPU. */
const held = ({ name }: { name: string }): string => ofPods(name, OF);
const LEGEND = "{{pod}} GPU {{gpu}}";
const MODEL_LEGEND = `{{${model}}} {{${release}}}`;
/** An H100 begins to slow down at 87 °C (nvidia-smi -q -d TEMPERATURE: GPU T.Limit), others later. */
const HOT = { warning: 80, bad: 87 } as const;
/** Share of time. */
const IDLE = 0.05;

function now(): Sized[] {
  const busy = `max by (namespace, pod, gpu) (${held(DCGM.utilization)}) / 100`;
  return [
    stat({
      title: "GPUs held",
      description: "GPUs that pods of this stack ask for, whether they compute or not: what is paid.",
      unit: "none",
      width: 4,
      queries: [{ expr: `sum(${of(COST.gpus)})`, legend: "held" }],
    }),
    stat({
      title: "GPUs idle",
      description:
        "GPUs that computed less than 5 % of the last 15 minutes. Many of one model: lower its least replicas, or let it scale to zero. On the dashboard Cost they have a price.",
      unit: "none",
      width: 4,
      queries: [{ expr: counted(`max_over_time((${busy})[15m:1m]) < ${IDLE}`), legend: "idle" }],
      levels: { warning: 1, bad: 1000 },
    }),
    stat({
      title: "Busy",
      description: "Average share of time that all GPUs compute.",
      unit: "percentunit",
      decimals: 0,
      width: 4,
      queries: [{ expr: `avg(${busy})`, legend: "busy" }],
    }),
    stat({
      title: "GPUs with an XID error",
      description:
        "GPUs whose driver has reported an error. 48, 63, 64, 74, 79, 94 and 95 mean the hardware: drain the node and have it replaced; 13 and 31 mean the program.",
      unit: "none",
      width: 4,
      queries: [{ expr: counted(`(${held(DCGM.xid)}) > 0`), legend: "with an error" }],
      levels: { bad: 1 },
    }),
    stat({
      title: "Hottest",
      description:
        "Above the red mark GPUs slow themselves down, and tokens come later. Look at the node's cooling; drain it if only one is hot.",
      unit: "celsius",
      width: 4,
      queries: [{ expr: `max(${held(DCGM.temperature)})`, legend: "hottest" }],
      levels: HOT,
    }),
    stat({
      title: "Power",
      description:
        "What all GPUs draw together. A fall under the same load: GPUs that slow themselves down; see Temperature.",
      unit: "watt",
      width: 4,
      queries: [{ expr: `sum(${held(DCGM.power)})`, legend: "power" }],
    }),
  ];
}

function each({ stack: own }: BoardLinks): Sized[] {
  const free = `${DCGM.memoryUsed.name} / (${DCGM.memoryUsed.name} + ${DCGM.memoryFree.name})`;
  return [
    table({
      title: "Each GPU",
      description:
        "Every GPU, the pod that holds it, its node and its state. A GPU with an XID error, or much slower than its neighbours: cordon the node (kubectl cordon), delete the pod, and have the node replaced.",
      unit: "none",
      width: 24,
      height: 10,
      keys: {
        [model]: "Model", [release]: "Release", namespace: "Namespace", pod: "Pod", node: "Node", gpu: "GPU", modelName: "Type",
      }, // prettier-ignore
      columns: [
        { title: "Busy", expr: `${held(DCGM.utilization)} / 100`, unit: "percentunit", decimals: 0 },
        {
          title: "Memory",
          expr: ofPods(`(${free})`, OF),
          unit: "percentunit",
          decimals: 0,
          levels: { warning: FULL, bad: 0.97 },
        },
        { title: "Temperature", expr: held(DCGM.temperature), unit: "celsius", levels: HOT },
        { title: "Power", expr: held(DCGM.power), unit: "watt", decimals: 0 },
        { title: "XID", expr: held(DCGM.xid), unit: "none", levels: { bad: 1 } },
      ],
      worstFirst: "XID",
      links: { [model]: { title: "The model's dashboard", url: modelOfRow(own) } },
    }),
  ];
}

function time({ stack: own }: BoardLinks): Sized[] {
  const links = [dataLink("The model's dashboard", modelOfLine(own))];
  return [
    graph({
      title: "Utilization by release",
      description:
        "Share of time that the GPUs of a release compute. Of two releases under the same load the lower one has room. Near 0 while requests run: a hung engine.",
      unit: "percentunit",
      width: 12,
      max: 1,
      queries: [{ expr: worst(of(RELEASE.gpuUtilization)), legend: MODEL_LEGEND }],
      links,
    }),
    graph({
      title: "Memory by release, fullest GPU",
      description:
        "vLLM takes its share at its start. A rise later is another program on the same GPU, or CUDA graphs that were captured late.",
      unit: "percentunit",
      width: 12,
      max: 1,
      queries: [{ expr: worst(of(RELEASE.gpuMemory)), legend: MODEL_LEGEND }],
      levels: { warning: FULL, bad: 0.97 },
      links,
    }),
    graph({
      title: "Temperature",
      description: "The ten hottest GPUs. One line above the others of its node: its cooling. All of them: the room.",
      unit: "celsius",
      width: 8,
      min: 20,
      queries: [{ expr: worst(held(DCGM.temperature)), legend: LEGEND }],
      levels: HOT,
    }),
    graph({
      title: "Power",
      description:
        "The ten GPUs that draw the most. Falls while utilization stays high: the GPU slows itself down; see its temperature and the node's power limit.",
      unit: "watt",
      width: 8,
      queries: [{ expr: worst(held(DCGM.power)), legend: LEGEND }],
    }),
    graph({
      title: "GPUs held, by type",
      description:
        "GPUs that pods ask for, by type. At the most of a node group new replicas wait: raise its max, or use another type.",
      unit: "none",
      width: 8,
      stacked: true,
      queries: [{ expr: `sum by (${gpu}) (${of(COST.gpus)})`, legend: `{{${gpu}}}` }],
    }),
  ];
}

export function gpuBoard(links: BoardLinks): Dashboard {
  return board({
    name: "gpu",
    description: "GPUs that pods of this stack hold: whether they work, and whether they are well.",
    links,
    variables: [datasource(), stack(links.stack), someNamespaces(), someModels()],
    rollouts: OF,
    rows: [
      { title: "Now", panels: now() },
      { title: "Each GPU", panels: each(links) },
      { title: "Over time", panels: time(links) },
    ],
  });
}
