/** What Prometheus knows of a month at a stack's gateway. */
import {
  CLIENT_OUTCOMES,
  FAILED_OUTCOMES,
  GATEWAY_LABELS,
  GATEWAY_SERIES,
} from "../../components/vocabulary/gateway.js";
import { METRIC_LABELS } from "../../components/vocabulary/metrics/labels.js";
import { growth, type Samples } from "./growth.js";
import type { Month } from "./month.js";

/** Asks Prometheus' HTTP API. @param path with its query */
export type Ask = (path: string) => Promise<object>;

/** What a tenant had of a release. */
export interface Usage {
  /** Empty for requests without a valid key. */
  tenant: string;
  /** Empty for requests that were refused before a model was chosen. */
  model: string;
  release: string;
  requests: number;
  /** Busy, timeouts, errors of the server and answers that were cut. */
  errors: number;
  /** Over a quota, invalid, not allowed, or without a key. */
  refused: number;
  inputTokens: number;
  outputTokens: number;
  usd: number;
  /** 95 of 100 first tokens came sooner; absent where there were none. */
  p95FirstTokenSeconds?: number;
}

export interface Report {
  month: string;
  stack: string;
  /** Hours of the month until now, and those of which Prometheus has data. */
  hours: number;
  coveredHours: number;
  usage: Usage[];
}

interface RangeSeries {
  metric: Record<string, string>;
  values: [time: number, value: string][];
}

const HOUR = 3600;
/** Hours of one question: an answer stays small. */
const STEPS = 7 * 24;

const KEYS = [GATEWAY_LABELS.tenant, GATEWAY_LABELS.model, GATEWAY_LABELS.release] as const;

function seconds(moment: Date): number {
  return Math.floor(moment.getTime() / 1000);
}

/** Every series of a query over the month, and the hour before it. */
async function series(ask: Ask, query: string, { start, end }: Month): Promise<RangeSeries[]> {
  const all = new Map<string, RangeSeries>();
  const [from, to] = [seconds(start), seconds(end)];
  for (let first = from; first < to + HOUR; first += STEPS * HOUR) {
    const last = Math.min(first + (STEPS - 1) * HOUR, to);
    if (last < first) break;
    const words = { query, start: String(first), end: String(last), step: String(HOUR) };
    const { result = [] } = (await ask(`/api/v1/query_range?${new URLSearchParams(words).toString()}`)) as {
      result?: RangeSeries[];
    };
    for (const { metric, values } of result) {
      const key = JSON.stringify(Object.entries(metric).sort());
      const known = all.get(key);
      if (known === undefined) all.set(key, { metric, values: [...values] });
      else known.values.push(...values);
    }
  }
  return [...all.values()];
}

/** The most that each hour had. */
function hourly(name: string, stack: string): string {
  return `max_over_time(${name}{${METRIC_LABELS.stack}=${JSON.stringify(stack)}}[1h])`;
}

function keyOf(metric: Readonly<Record<string, string>>): string {
  return JSON.stringify(KEYS.map((label) => metric[label] ?? ""));
}

function numbers(values: RangeSeries["values"]): Samples {
  return values.map(([time, value]) => [time, Number(value)] as const);
}

export async function usageOf(ask: Ask, stack: string, month: Month, tenant?: string): Promise<Report> {
  const [from, to] = [seconds(month.start), seconds(month.end)];
  const up = await series(ask, `count(${hourly("up", stack)})`, month);
  const covered = up.flatMap(({ values }) => values.map(([time]) => time)).filter((time) => time > from);
  const begins = Math.min(...up.flatMap(({ values }) => values.map(([time]) => time)));
  const rows = new Map<string, Usage>();
  const rowOf = (key: string): Usage => {
    const [name, model, release] = JSON.parse(key) as [string, string, string];
    const row = rows.get(key) ?? { tenant: name, model, release, ...NOTHING };
    rows.set(key, row);
    return row;
  };
  const isAsked = (metric: Readonly<Record<string, string>>): boolean =>
    tenant === undefined || metric[GATEWAY_LABELS.tenant] === tenant;

  const add = async (name: string, count: (row: Usage, by: number, metric: Record<string, string>) => void) => {
    for (const { metric, values } of await series(ask, hourly(name, stack), month)) {
      if (isAsked(metric)) count(rowOf(keyOf(metric)), growth(numbers(values), begins, from), metric);
    }
  };
  await add(GATEWAY_SERIES.requests, (row, by, { [GATEWAY_LABELS.outcome]: outcome, [GATEWAY_LABELS.code]: code }) => {
    row.requests += by;
    if (isOneOf(FAILED_OUTCOMES, outcome)) row.errors += by;
    else if (isOneOf(CLIENT_OUTCOMES, outcome) || code === "401") row.refused += by;
  });
  await add(GATEWAY_SERIES.broken, (row, by) => (row.errors += by));
  await add(GATEWAY_SERIES.inputTokens, (row, by) => (row.inputTokens += by));
  await add(GATEWAY_SERIES.outputTokens, (row, by) => (row.outputTokens += by));
  await add(GATEWAY_SERIES.microdollars, (row, by) => (row.usd += by / 1e6));
  await addFirstTokens(ask, stack, month, rowOf, isAsked);
  const hours = Math.max(1, Math.floor((to - from) / HOUR));
  const usage = [...rows.values()].filter(({ requests, errors, inputTokens }) => requests + errors + inputTokens > 0);
  return { month: month.name, stack, hours, coveredHours: Math.min(hours, covered.length), usage: usage.sort(byName) };
}

const NOTHING = { requests: 0, errors: 0, refused: 0, inputTokens: 0, outputTokens: 0, usd: 0 };

function isOneOf(outcomes: readonly string[], outcome: string | undefined): boolean {
  return outcome !== undefined && outcomes.includes(outcome);
}

function byName(one: Usage, other: Usage): number {
  const name = ({ tenant, model, release }: Usage): string => [tenant, model, release].join("\0");
  return name(one) < name(other) ? -1 : 1;
}

/** Shares of buckets do not depend on how their growth is stretched, so that Prometheus may add them up, day by day. */
async function addFirstTokens(
  ask: Ask,
  stack: string,
  { start, end }: Month,
  rowOf: (key: string) => Usage,
  isAsked: (metric: Readonly<Record<string, string>>) => boolean,
): Promise<void> {
  const selected = `${GATEWAY_SERIES.firstToken}_bucket{${METRIC_LABELS.stack}=${JSON.stringify(stack)}}`;
  const query = `sum by (${[...KEYS, "le"].join(", ")}) (increase(${selected}[1d]))`;
  const words = {
    query,
    start: String(seconds(start) + 24 * HOUR),
    end: String(seconds(end) + 24 * HOUR - 1),
    step: "1d",
  };
  const { result = [] } = (await ask(`/api/v1/query_range?${new URLSearchParams(words).toString()}`)) as {
    result?: RangeSeries[];
  };
  const buckets = new Map<string, Map<number, number>>();
  for (const { metric, values } of result.filter((one) => isAsked(one.metric))) {
    const edges = buckets.get(keyOf(metric)) ?? new Map<number, number>();
    buckets.set(keyOf(metric), edges);
    const edge = metric["le"] === "+Inf" ? Infinity : Number(metric["le"]);
    edges.set(edge, (edges.get(edge) ?? 0) + numbers(values).reduce((sum, [, value]) => sum + value, 0));
  }
  for (const [key, edges] of buckets) {
    const milliseconds = quantile(0.95, edges);
    if (milliseconds !== undefined) rowOf(key).p95FirstTokenSeconds = milliseconds / 1000;
  }
}

/** In a straight line within a bucket, as `histogram_quantile` has it. @param edges how many are at most the key */
export function quantile(share: number, edges: ReadonlyMap<number, number>): number | undefined {
  const sorted = [...edges].sort(([one], [other]) => one - other);
  const total = sorted.at(-1)?.[1] ?? 0;
  if (total <= 0) return undefined;
  const rank = share * total;
  let [lower, below] = [0, 0];
  for (const [edge, count] of sorted) {
    if (count >= rank) return edge === Infinity ? lower : lower + ((edge - lower) * (rank - below)) / (count - below);
    [lower, below] = [edge, count];
  }
  return undefined;
}
