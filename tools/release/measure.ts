/** What Prometheus has of two releases, over the same minutes. */
import type { SeriesLabels } from "../../components/contract/prometheus.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import { releaseSelector } from "../../components/derive/scaling.js";
import { isBefore } from "../../components/facts/vllm/version.js";
import { GATEWAY_LABELS, GATEWAY_SERIES, type Outcome } from "../../components/vocabulary/gateway.js";
import { VLLM } from "../../components/vocabulary/metrics/vllm.js";
import type { Series } from "../verify/prometheus.js";
import { type Buckets, type Count, type Mean, meanOf } from "./statistics.js";

/** Evaluates an instant query. */
export type Query = (query: string) => Promise<Series[]>;

/** What a release did. */
export interface Measured {
  /** Answered with an error, or ended with one. */
  failed: Count;
  /** Refused as too many; `undefined` where nobody counts them. */
  refused?: Count;
  /** Answers that were asked for as JSON and are none; `undefined` where nobody counts them. */
  invalidJson?: Count;
  timeToFirstToken: Buckets;
  interTokenLatency: Buckets;
  /** Seconds a token, a request. */
  timePerToken: Mean;
  /** Requests that ended. */
  ended: number;
}

/** Where errors and refusals were counted. */
export type Source = "gateway" | "vllm";

export interface Sides {
  stable: Measured;
  canary: Measured;
  source: Source;
}

/** Where the releases' series are. */
export interface Place {
  namespace: string;
  /** Name of the stack, by which the series of several gateways are told apart. */
  stack: string;
  /** Labels of a scrape of others. @default those of the releases' own PodMonitors */
  series: SeriesLabels | undefined;
  minutes: number;
}

/** At the gateway these are the release's own doing; what it refused before is not. */
const FAILED: readonly Outcome[] = ["upstream", "timeout"];
const REFUSED: readonly Outcome[] = ["busy"];
const ANSWERED: readonly Outcome[] = ["ok", ...FAILED, ...REFUSED];

/** Requests are counted at the gateway where it has counted both, else in vLLM: copies for a shadow are in no count of the gateway. */
export async function measured(query: Query, stable: RuntimePlan, canary: RuntimePlan, place: Place): Promise<Sides> {
  const [mine, theirs] = await Promise.all([stable, canary].map((plan) => engineOf(query, plan, place)));
  const [atGateway, canaryAtGateway] = await Promise.all([stable, canary].map((plan) => gatewayOf(query, plan, place)));
  if (atGateway === undefined || canaryAtGateway === undefined)
    return { stable: mine!, canary: theirs!, source: "vllm" };
  return { stable: { ...mine!, ...atGateway }, canary: { ...theirs!, ...canaryAtGateway }, source: "gateway" };
}

/**
 * What counters have grown by. `increase` takes the first value that it sees as the start, and many begin with the first of what they
 * count: one that was not there before the window counts whole.
 */
function grown(series: string, minutes: number): string {
  return `(${series} unless ${series} offset ${minutes}m) or increase(${series}[${minutes}m])`;
}

async function gatewayOf(
  query: Query,
  { name, release }: RuntimePlan,
  { stack, minutes }: Place,
): Promise<Pick<Measured, "failed" | "refused" | "invalidJson"> | undefined> {
  const { stack: ofStack, model, release: ofRelease, outcome, json } = GATEWAY_LABELS;
  const of = `{${ofStack}="${stack}",${model}="${name}",${ofRelease}="${release}"}`;
  const counts = async (series: string, label: string): Promise<(values: readonly string[]) => number> => {
    const found = by(await query(`sum by (${label}) (${grown(series + of, minutes)})`), label);
    return (values) => Math.round(values.reduce((sum, value) => sum + (found.get(value) ?? 0), 0));
  };
  const count = await counts(GATEWAY_SERIES.requests, outcome);
  const all = count(ANSWERED);
  if (all === 0) return undefined;
  const texts = await counts(GATEWAY_SERIES.json, json);
  return {
    failed: { hits: count(FAILED), of: all },
    refused: { hits: count(REFUSED), of: all },
    invalidJson: { hits: texts(["invalid"]), of: texts(["valid", "invalid"]) },
  };
}

async function engineOf(query: Query, plan: RuntimePlan, { namespace, series, minutes }: Place): Promise<Measured> {
  const selector = releaseSelector(plan, namespace, series);
  const increase = (name: string, more = ""): string => grown(`${name}${selector.replace(/\}$/, `${more}}`)}`, minutes);
  const sum = async (expression: string): Promise<number> => valueOf((await query(`sum(${expression})`))[0]);
  const buckets = async (name: string): Promise<Buckets> =>
    bucketsOf(await query(`sum by (le) (${increase(`${name}_bucket`)})`));
  const [statuses, reasons, refusals, timeToFirstToken, interTokenLatency, perToken, perTokenSum] = await Promise.all([
    query(`sum by (status) (${increase(VLLM.httpRequests.name, ',handler=~"/v1/.+",method="POST"')})`),
    query(`sum by (finished_reason) (${increase(VLLM.finished.name)})`),
    countsRefusals(plan) ? sum(increase(VLLM.refusals.name)) : undefined,
    buckets(VLLM.timeToFirstToken.name),
    buckets(VLLM.interTokenLatency.name),
    buckets(VLLM.timePerToken.name),
    sum(increase(`${VLLM.timePerToken.name}_sum`)),
  ]);
  const [byStatus, byReason] = [by(statuses, "status"), by(reasons, "finished_reason")];
  const total = (counts: ReadonlyMap<string, number>): number =>
    [...counts.values()].reduce((all, one) => all + one, 0);
  // What was wrong with a request says nothing of the release, and a shadow's first copies lack their credential (401).
  const of = Math.round(total(byStatus) - (byStatus.get("4xx") ?? 0));
  const refused = refusals === undefined ? undefined : Math.min(of, Math.round(refusals));
  // A refusal is a 503, too.
  const bad = (byStatus.get("5xx") ?? 0) + (byReason.get("error") ?? 0) - (refused ?? 0);
  return {
    failed: { hits: Math.min(of, Math.max(0, Math.round(bad))), of },
    ...(refused !== undefined && { refused: { hits: refused, of } }),
    timeToFirstToken,
    interTokenLatency,
    timePerToken: meanOf(perTokenSum, perToken),
    ended: Math.round(total(byReason)),
  };
}

function countsRefusals({ vllmVersion }: RuntimePlan): boolean {
  return vllmVersion !== undefined && !isBefore(vllmVersion, VLLM.refusals.since);
}

function valueOf(series: Series | undefined): number {
  const value = Number(series?.value[1] ?? 0);
  return Number.isFinite(value) ? value : 0;
}

function by(series: readonly Series[], label: string): Map<string, number> {
  return new Map(series.map((one) => [one.metric[label] ?? "", valueOf(one)]));
}

/** Increases are estimates of their own: a bucket never has fewer than one before it. */
function bucketsOf(series: readonly Series[]): Buckets {
  const sorted = series
    .map((one) => [one.metric["le"] === "+Inf" ? Infinity : Number(one.metric["le"]), valueOf(one)] as const)
    .sort(([one], [other]) => one - other);
  let most = 0;
  return sorted.map(([le, count]) => [le, (most = Math.max(most, count))] as const);
}
