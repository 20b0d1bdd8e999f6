/** What vLLM says of its requests, a series a release. */
import { RELEASE } from "../../../vocabulary/metrics/recorded.js";
import type { Metric } from "../../../vocabulary/metrics/metric.js";
import { VLLM } from "../../../vocabulary/metrics/vllm.js";
import { list, ofStack, type RecordingRule, type RuleGroup, type Scope } from "../../promql.js";
import { BY_RELEASE } from "./scope.js";
import { RELEASE_LEVEL } from "../../../vocabulary/metrics/labels.js";

const WINDOW = "5m";
const WINDOW_SECONDS = 300;

/** Labels that name a scrape's target. */
const TARGET = list(["namespace", "pod", "instance"]);

/** `by (…)` of a series a release and value of the label. */
function byReleaseAnd(label: string): string {
  return `by (${list([...RELEASE_LEVEL, label])})`;
}

/** A gauge of pods that are scraped now: rules of others that borrow its name add nothing. */
function ofScraped({ name }: Metric, scope: Scope): string {
  return `${ofStack(name, scope)} and on (${TARGET}) ${ofStack("up", scope)} == 1`;
}

function rate({ name }: Metric, scope: Scope, window = WINDOW): string {
  return `rate(${ofStack(name, scope)}[${window}])`;
}

function rateOfBuckets({ name }: Metric, scope: Scope): string {
  return `sum ${byReleaseAnd("le")} (rate(${ofStack(`${name}_bucket`, scope)}[${WINDOW}]))`;
}

/**
 * Requests a second that were posted to `/v1`.
 *
 * Their counter has no series for a class of status until a request ends in it, and `rate` takes the first value that it sees as
 * the start. A replica that refuses a burst would show none of it. So a series that was not there five minutes ago counts whole,
 * where that is sure: its pod was scraped then, or its process has started since.
 */
function httpRate(scope: Scope): string {
  const matchers = { method: "POST" };
  const posted = ofStack(VLLM.httpRequests.name, scope, matchers).replace(/\}$/, ',handler=~"/v1/.+"}');
  const scrapedThen = `${ofStack("up", scope)} offset ${WINDOW} == 1`;
  const startedSince = `${ofStack(VLLM.processStarted.name, scope)} > time() - ${WINDOW_SECONDS}`;
  const fresh = `((${posted} unless ${posted} offset ${WINDOW}) and on (${TARGET}) (${scrapedThen} or on (${TARGET}) ${startedSince}))`;
  return `sum ${byReleaseAnd("status")} (\n  ${fresh} / ${WINDOW_SECONDS}\n  or rate(${posted}[${WINDOW}])\n)`;
}

const QUANTILES = [0.5, 0.95, 0.99];

/** Without traffic there is no quantile, rather than one that is no number. */
function quantiles(record: string, buckets: string, scope: Scope): RecordingRule[] {
  return QUANTILES.map((quantile) => ({
    record,
    expr: `histogram_quantile(${quantile}, ${ofStack(buckets, scope)}) >= 0`,
    labels: { quantile: String(quantile) },
  }));
}

export function requestGroups(scope: Scope): RuleGroup[] {
  const rules: RecordingRule[] = [
    { record: RELEASE.running, expr: `sum ${BY_RELEASE} (${ofScraped(VLLM.running, scope)})` },
    { record: RELEASE.waiting, expr: `sum ${BY_RELEASE} (${ofScraped(VLLM.waiting, scope)})` },
    { record: RELEASE.kvCacheUsage, expr: `max ${BY_RELEASE} (${ofScraped(VLLM.kvCacheUsage, scope)})` },
    { record: RELEASE.preemptions, expr: `sum ${BY_RELEASE} (${rate(VLLM.preemptions, scope, "1m")})` },
    { record: RELEASE.finished, expr: `sum ${byReleaseAnd("finished_reason")} (${rate(VLLM.finished, scope)})` },
    { record: RELEASE.http, expr: httpRate(scope) },
    { record: RELEASE.refusals, expr: `sum ${BY_RELEASE} (${rate(VLLM.refusals, scope)})` },
    { record: RELEASE.promptTokens, expr: `sum ${BY_RELEASE} (${rate(VLLM.promptTokens, scope)})` },
    { record: RELEASE.cachedPromptTokens, expr: `sum ${BY_RELEASE} (${rate(VLLM.cachedPromptTokens, scope)})` },
    { record: RELEASE.generationTokens, expr: `sum ${BY_RELEASE} (${rate(VLLM.generationTokens, scope)})` },
  ];
  // Other histograms are read by panels of one model: rates of them all would be half of what evaluation takes.
  const latencies: RecordingRule[] = [
    { record: RELEASE.timeToFirstToken, expr: rateOfBuckets(VLLM.timeToFirstToken, scope) },
    { record: RELEASE.interTokenLatency, expr: rateOfBuckets(VLLM.interTokenLatency, scope) },
    ...quantiles(RELEASE.timeToFirstTokenQuantile, RELEASE.timeToFirstToken, scope),
    ...quantiles(RELEASE.interTokenLatencyQuantile, RELEASE.interTokenLatency, scope),
  ];
  return [
    { name: "vllm-requests", rules },
    { name: "vllm-latencies", rules: latencies },
  ];
}
