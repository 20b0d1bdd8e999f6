/** *Cost*: what models cost, what of it is idle, and what a million tokens comes to. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { METRIC_LABELS } from "../../../vocabulary/metrics/labels.js";
import { COST } from "../../../vocabulary/metrics/recorded.js";
import { board } from "../board.js";
import { NEARLY } from "../levels.js";
import { type BoardLinks, modelOfLine, modelOfRow } from "../links.js";
import { dataLink, graph, type Sized, stat } from "../panels.js";
import { BY_MODEL, BY_RELEASE, series, worst } from "../queries.js";
import { table } from "../tables.js";
import { datasource, someModels, someNamespaces, stack } from "../variables.js";

const { model, release, class: trafficClass, gpu } = METRIC_LABELS;
const OF = "models";
const of = (name: string, ...more: string[]): string => series(name, OF, ...more);
const NO_PRICE = "No node of these models has a price: state hourlyUsd, or see docs/cost.md";

/** Tokens an hour below which dollars a million tokens say nothing: a release without traffic would dwarf the others. */
const FEW_TOKENS = 100_000;

/** Of releases that have traffic. */
function busy(expr: string): string {
  return `${expr} and on (${BY_RELEASE}) sum by (${BY_RELEASE}) (${of(COST.tokens)}) > ${FEW_TOKENS}`;
}

function now(): Sized[] {
  const day = series(COST.stackDay, "stack");
  return [
    stat({
      title: "Dollars an hour",
      description: "What the pods of these models cost now, by the price table and the nodes that they are on.",
      unit: "currencyUSD",
      width: 5,
      queries: [{ expr: `sum(${of(COST.hourly)})`, legend: "hourly" }],
      noValue: NO_PRICE,
    }),
    stat({
      title: "Last 24 hours",
      description: "What the whole stack cost in the last 24 hours.",
      unit: "currencyUSD",
      decimals: 0,
      width: 5,
      queries: [{ expr: `sum(${day})`, legend: "day" }],
      noValue: NO_PRICE,
    }),
    stat({
      title: "Of the stack's budget",
      description:
        "The last 24 hours against budgets.usdPerDay. Above 100 %: sort the table by dollars an hour, and look at the idle share first.",
      unit: "percentunit",
      decimals: 0,
      width: 5,
      queries: [{ expr: `sum(${day}) / sum(${series(COST.budget, "stack", `${model}=""`)})`, legend: "of budget" }],
      levels: NEARLY,
      noValue: "No budget is stated",
    }),
    stat({
      title: "Idle share",
      description:
        "Share of the dollars that go to GPUs which compute nothing. High by night: scale to zero, or fewer least replicas.",
      unit: "percentunit",
      decimals: 0,
      width: 5,
      queries: [{ expr: `sum(${of(COST.idle)}) / sum(${of(COST.hourly)})`, legend: "idle" }],
      levels: { warning: 0.3, bad: 0.6 },
      noValue: NO_PRICE,
    }),
    stat({
      title: "GPUs held",
      description:
        "GPUs that pods of these models hold, and those of them whose price nobody knows: state hourlyUsd of their nodes, or the dollars here are too few.",
      unit: "none",
      width: 4,
      queries: [
        { expr: `sum(${of(COST.gpus)})`, legend: "held" },
        { expr: `sum(${of(COST.unpriced)}) or vector(0)`, legend: "without a price" },
      ],
    }),
  ];
}

function each({ stack: own }: BoardLinks): Sized[] {
  // Spares and batches of a release are series of their own.
  const all = (name: string): string => `sum by (${BY_RELEASE}, ${trafficClass}, ${gpu}) (${of(name)})`;
  return [
    table({
      title: "Each release",
      description:
        "Releases by what they cost. A dear million tokens with a high idle share: too many replicas for the load. With a low one: too large a GPU, or too few sequences.",
      unit: "none",
      width: 24,
      height: 9,
      keys: { [model]: "Model", [release]: "Release", [trafficClass]: "Class", [gpu]: "GPU", namespace: "Namespace" },
      columns: [
        { title: "GPUs", expr: all(COST.gpus), unit: "none" },
        { title: "Dollars an hour", expr: all(COST.hourly), unit: "currencyUSD", decimals: 2 },
        {
          title: "Idle",
          expr: `${all(COST.idle)} / (${all(COST.hourly)} > 0)`,
          unit: "percentunit",
          decimals: 0,
          levels: { warning: 0.3, bad: 0.6 },
        },
        {
          title: "Million input tokens",
          expr: of(COST.perMillionTokens, 'phase="input"'),
          unit: "currencyUSD",
          decimals: 3,
        },
        {
          title: "Million output tokens",
          expr: of(COST.perMillionTokens, 'phase="output"'),
          unit: "currencyUSD",
          decimals: 3,
        },
      ],
      worstFirst: "Dollars an hour",
      links: { [model]: { title: "The model's dashboard", url: modelOfRow(own) } },
      noValue: NO_PRICE,
    }),
  ];
}

function time({ stack: own }: BoardLinks): Sized[] {
  const links = [dataLink("The model's dashboard", modelOfLine(own))];
  return [
    graph({
      title: "Dollars an hour by model",
      description:
        "The ten dearest models. A line that does not fall at night does not scale down: look at its least replicas and its warm spares.",
      unit: "currencyUSD",
      width: 12,
      stacked: true,
      queries: [{ expr: worst(`sum by (${BY_MODEL}) (${of(COST.hourly)})`), legend: `{{${model}}}` }],
      links,
      noValue: NO_PRICE,
    }),
    graph({
      title: "Dollars an hour by class",
      description:
        "What interactive, batch and experimental models cost. Experiments above batches: ask who still needs them.",
      unit: "currencyUSD",
      width: 12,
      stacked: true,
      queries: [{ expr: `sum by (${trafficClass}) (${of(COST.hourly)})`, legend: `{{${trafficClass}}}` }],
      noValue: NO_PRICE,
    }),
    graph({
      title: "A million output tokens",
      description:
        "Dollars by release; the ten dearest with traffic. Compare two releases under the same load before the old one is removed.",
      unit: "currencyUSD",
      width: 8,
      queries: [
        { expr: worst(busy(of(COST.perMillionTokens, 'phase="output"'))), legend: `{{${model}}} {{${release}}}` },
      ],
      links,
      noValue: NO_PRICE,
    }),
    graph({
      title: "A million input tokens",
      description: "Dollars by release; the ten dearest with traffic. It falls with prefix cache hits.",
      unit: "currencyUSD",
      width: 8,
      queries: [
        { expr: worst(busy(of(COST.perMillionTokens, 'phase="input"'))), legend: `{{${model}}} {{${release}}}` },
      ],
      links,
      noValue: NO_PRICE,
    }),
    graph({
      title: "Last 24 hours, of the budget",
      description:
        "Dollars of a model's last 24 hours against budgets.models; the ten nearest. Above 100 % the budget's alert fires.",
      unit: "percentunit",
      width: 8,
      queries: [
        {
          expr: worst(
            `max by (${BY_MODEL}) (${of(COST.day)}) / on (${BY_MODEL}) max by (${BY_MODEL}) (${of(COST.budget)})`,
          ),
          legend: `{{${model}}}`,
        },
      ],
      levels: NEARLY,
      links,
      noValue: "No model has a budget",
    }),
  ];
}

export function cost(links: BoardLinks): Dashboard {
  return board({
    name: "cost",
    description: "What models cost, what of it is idle, and what a million tokens comes to.",
    links,
    variables: [datasource(), stack(links.stack), someNamespaces(), someModels()],
    rollouts: OF,
    rows: [
      { title: "Now", panels: now() },
      { title: "Each release", panels: each(links) },
      { title: "Over time", panels: time(links) },
    ],
  });
}
