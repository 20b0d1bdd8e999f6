/** *Tenants*: who uses the models, as the gateway counts it. */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { FAILED_OUTCOMES, GATEWAY_LABELS } from "../../../vocabulary/gateway.js";
import { GATEWAY_RATES } from "../../../vocabulary/metrics/gateway.js";
import { METRIC_LABELS } from "../../../vocabulary/metrics/labels.js";
import { PHASES } from "../../../vocabulary/metrics/recorded.js";
import { board } from "../board.js";
import type { BoardLinks } from "../links.js";
import { graph, type Sized, stat, text } from "../panels.js";
import { series } from "../queries.js";
import { table } from "../tables.js";
import { datasource, someModels, someNamespaces, someTenants, stack } from "../variables.js";

const { tenant, outcome, code } = GATEWAY_LABELS;
const { model } = METRIC_LABELS;
const OF_TENANT = `${tenant}=~"$tenant"`;
const FAILED = `${outcome}=~"${FAILED_OUTCOMES.join("|")}"`;

const WITHOUT = `
Empty in a stack without \`vllm:gateway\`: vLLM knows one API key a model and nobody behind it, so no series says which tenant a request
came from. There the dashboard **Model** has all traffic of a model, and **Cost** what it costs.
`.trim();

/** Rates of the chosen tenants and models. */
function chosen(name: string, ...more: string[]): string {
  return series(name, "models", OF_TENANT, ...more);
}

function ofTenants(name: string, ...more: string[]): string {
  return series(name, "stack", OF_TENANT, ...more);
}

function overview(): Sized[] {
  const day = (name: string, ...more: string[]): string => `sum(${ofTenants(name, ...more)}) or vector(0)`;
  return [
    stat({
      title: "Requests today",
      description: "Requests of the chosen tenants in the last 24 hours.",
      unit: "short",
      width: 5,
      queries: [{ expr: day(GATEWAY_RATES.requestsDay), legend: "" }],
    }),
    stat({
      title: "Dollars today",
      description: "By the prices in `models.<m>.gateway.price`, in the last 24 hours. 0 where no model has a price.",
      unit: "currencyUSD",
      width: 5,
      decimals: 2,
      queries: [{ expr: day(GATEWAY_RATES.usdDay), legend: "" }],
    }),
    stat({
      title: "Failing requests",
      description:
        "Share of requests that end busy, in a timeout or with an error of the server: VllmGatewayErrors begins at a twentieth.",
      unit: "percentunit",
      width: 5,
      decimals: 2,
      levels: { warning: 0.01, bad: 0.05 },
      queries: [
        {
          expr: `(sum(${chosen(GATEWAY_RATES.requests, FAILED)}) or vector(0)) / (sum(${chosen(GATEWAY_RATES.requests)}) > 0)`,
          legend: "",
        },
      ],
      noValue: "no requests",
    }),
    stat({
      title: "Proxies that are ready",
      description: "Of the gateway. None: no client reaches a model.",
      unit: "none",
      width: 4,
      levels: { warning: 2, bad: 1, lowIsBad: true },
      queries: [{ expr: series(GATEWAY_RATES.proxiesReady, "stack"), legend: "" }],
      noValue: "no gateway",
    }),
    text("Where there is no gateway", WITHOUT, 5, 4),
  ];
}

function load(): Sized[] {
  const by = (label: string, name: string, ...more: string[]): string => `sum by (${label}) (${chosen(name, ...more)})`;
  return [
    graph({
      title: "Requests",
      description: "A second, by tenant. One that jumps is a new client or a loop: its keys are in the log.",
      unit: "reqps",
      width: 12,
      stacked: true,
      queries: [{ expr: by(tenant, GATEWAY_RATES.requests), legend: `{{${tenant}}}` }],
    }),
    graph({
      title: "How requests end",
      description:
        "A second, by outcome. quota: over a limit; busy: no place or no server; upstream: an error of the server; validation, forbidden and unauthenticated are the client's to mend.",
      unit: "reqps",
      width: 12,
      stacked: true,
      queries: [{ expr: by(outcome, GATEWAY_RATES.requests), legend: `{{${outcome}}}` }],
    }),
    ...Object.values(PHASES).map((phase) =>
      graph({
        title: phase === PHASES.input ? "Prompt tokens" : "Completion tokens",
        description: "A second, by tenant, counted as requests end.",
        unit: "short",
        width: 8,
        stacked: true,
        queries: [{ expr: by(tenant, GATEWAY_RATES.tokens, `phase="${phase}"`), legend: `{{${tenant}}}` }],
      }),
    ),
    graph({
      title: "First token, 95th percentile",
      description: "At the gateway, by tenant and model: waiting in the queue is part of it.",
      unit: "s",
      width: 8,
      queries: [
        {
          expr: `max by (${tenant}, ${model}) (${chosen(GATEWAY_RATES.firstTokenQuantile, 'quantile="0.95"')})`,
          legend: `{{${tenant}}} {{${model}}}`,
        },
      ],
    }),
  ];
}

function quotas(): Sized[] {
  return [
    graph({
      title: "Refused by quota",
      description:
        "Requests a second that get 429, by tenant. For long: VllmTenantRefused; raise the limit, or talk to the client's owner.",
      unit: "reqps",
      width: 12,
      queries: [
        {
          expr: `sum by (${tenant}) (${chosen(GATEWAY_RATES.requests, `${outcome}="quota"`)})`,
          legend: `{{${tenant}}}`,
        },
      ],
      noValue: "none",
    }),
    graph({
      title: "Without a valid key",
      description:
        "Requests a second that end in 401. A jump is a key that was taken away too early, or somebody who tries.",
      unit: "reqps",
      width: 12,
      queries: [{ expr: `sum(${series(GATEWAY_RATES.requests, "stack", `${code}="401"`)})`, legend: "401" }],
      noValue: "none",
    }),
  ];
}

function days(): Sized[] {
  const by = (name: string, ...more: string[]): string => `sum by (${tenant}) (${ofTenants(name, ...more)})`;
  const limit = (name: string): string => ofTenants(GATEWAY_RATES.limit, `limit="${name}"`);
  return [
    table({
      title: "Last 24 hours",
      description: "What each tenant used, and what it may use in a day. npm run usage has whole months.",
      unit: "short",
      width: 24,
      keys: { [tenant]: "Tenant" },
      columns: [
        { title: "Requests", expr: by(GATEWAY_RATES.requestsDay), unit: "short" },
        { title: "Prompt tokens", expr: by(GATEWAY_RATES.tokensDay, `phase="${PHASES.input}"`), unit: "short" },
        { title: "Completion tokens", expr: by(GATEWAY_RATES.tokensDay, `phase="${PHASES.output}"`), unit: "short" },
        { title: "Dollars", expr: by(GATEWAY_RATES.usdDay), unit: "currencyUSD", decimals: 2 },
        { title: "Dollars a day, at most", expr: limit("usdPerDay"), unit: "currencyUSD", decimals: 2 },
      ],
      worstFirst: "Dollars",
      noValue: "no requests",
    }),
  ];
}

export function tenants(links: BoardLinks): Dashboard {
  return board({
    name: "tenants",
    description: "Who uses the models: requests, tokens, dollars and refusals by tenant, as the gateway counts them.",
    links,
    variables: [datasource(), stack(links.stack), someNamespaces(), someModels(), someTenants()],
    rollouts: "models",
    rows: [
      { title: "Now", panels: overview() },
      { title: "Load", panels: load() },
      { title: "Quotas and keys", panels: quotas() },
      { title: "A day", panels: days() },
    ],
  });
}
