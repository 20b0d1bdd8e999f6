/** What a release is scaled by: queries of its own series, and what one replica aims at. */
import type { SeriesLabels } from "../contract/prometheus.js";
import { METRIC_LABELS } from "../vocabulary/metrics/labels.js";
import { METRICS } from "../vocabulary/metrics/vllm.js";
import { expectedStart } from "./coldStart.js";
import { runtimeName } from "./objects.js";
import type { RuntimePlan } from "./plan.js";
import type { ReleaseLoad } from "./route.js";
import { TUNING } from "./tuning.js";

/** Whether replicas may vary. */
export function isAutoscaled({ autoscaling }: RuntimePlan): boolean {
  return autoscaling.min !== autoscaling.max;
}

/** Triggers that are derived. */
export const DERIVED_TRIGGERS: readonly string[] = [
  "in-flight",
  "waiting",
  "kv-cache",
  "activation",
  "route-in-flight",
  "route-kv-cache",
];

/**
 * Labels of one release's targets. Those of its own PodMonitor hold its name as the job, too: by no others can a series be mistaken
 * for a scraped one. Without a PodMonitor the job is the scrape's own, so whatever scrape gives these labels counts.
 *
 * @param series labels of a scrape of others
 */
export function releaseSelector(plan: RuntimePlan, namespace: string, series: SeriesLabels | undefined): string {
  const { name, release } = plan;
  const labels =
    series === undefined
      ? {
          namespace,
          // What Prometheus' operator makes of a PodMonitor, which is named as its runtime.
          job: `${namespace}/${runtimeName(plan)}`,
          [METRIC_LABELS.model]: name,
          [METRIC_LABELS.release]: release,
        }
      : { [series.namespace]: namespace, [series.model]: name, [series.release]: release };
  return `{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(",")}}`;
}

/**
 * The queries of a release, each of exactly one series.
 *
 * A recording rule may give its series any labels, unless Prometheus enforces their namespace. So a series counts only beside
 * `up` of the same pod, once a pod, and up to what the contract lets a replica have: one that others made up adds nothing, or
 * no more than full replicas.
 *
 * @param series labels of the scrape @default those of the release's own PodMonitor
 */
export function queries(
  plan: RuntimePlan,
  namespace: string,
  series?: SeriesLabels,
): Record<"inFlight" | "waiting" | "kvCache", string> {
  const { inFlight, waiting, kvCache } = totals(plan, namespace, series);
  // Without a pod there are no series, which must read as an error while pods should be there, and as 0 while none need be.
  const none = noneOf(plan);
  return { inFlight: `${inFlight}${none}`, waiting: `${waiting}${none}`, kvCache: `${kvCache}${none}` };
}

function noneOf({ autoscaling }: RuntimePlan): string {
  return autoscaling.min === 0 ? " or vector(0)" : "";
}

/** Sums over a release's pods, each of one series, or of none while no pod is scraped. */
function totals(
  plan: RuntimePlan,
  namespace: string,
  series: SeriesLabels | undefined,
): Record<"inFlight" | "waiting" | "kvCache", string> {
  return totalsOf([plan], namespace, series);
}

/** The same over the pods of several releases: one without a pod adds nothing. */
function totalsOf(
  plans: readonly RuntimePlan[],
  namespace: string,
  series: SeriesLabels | undefined,
): Record<"inFlight" | "waiting" | "kvCache", string> {
  const pod = series?.pod ?? "pod";
  const total = (metric: string, most: (plan: RuntimePlan) => number): string => {
    const each = plans.map((plan) => {
      const of = releaseSelector(plan, namespace, series);
      return `clamp_max(max by (${pod}) (${metric}${of} and on (${pod}, instance) up${of}), ${most(plan)})`;
    });
    return `sum(${each.join(" or ")})`;
  };
  const waiting = total(METRICS.waiting, ({ concurrency }) => concurrency.inFlight);
  return {
    inFlight: `${total(METRICS.running, ({ concurrency }) => concurrency.sequences)} + ${waiting}`,
    waiting,
    kvCache: total(METRICS.kvCacheUsage, () => 1),
  };
}

/**
 * The share of its model's load that a release has to be able to hold, each of one series, by the same sums as {@link queries}.
 *
 * The stable release's series have to be there: without them the load is unknown, and the autoscaler keeps what it has. Another's may be
 * missing, since it may have no pod yet. KV cache counts in full replicas of whatever release: one whose replicas hold less of it asks
 * for more by its own trigger.
 *
 * @param series labels of the scrape @default those of the releases' own PodMonitors
 */
export function loadQueries(
  { share, of }: ReleaseLoad,
  plan: RuntimePlan,
  namespace: string,
  series?: SeriesLabels,
): Record<"inFlight" | "kvCache", string> {
  const { inFlight, kvCache } = totalsOf(of, namespace, series);
  const isKnown = `and on () count(up${releaseSelector(of[0]!, namespace, series)})`;
  const load = (sum: string): string => `${share} * (${sum}) ${isKnown}${noneOf(plan)}`;
  return { inFlight: load(inFlight), kvCache: load(kvCache) };
}

/** Requests in flight that one replica aims at. */
export function inFlightTarget({ concurrency, autoscaling }: RuntimePlan): number {
  return Math.max(1, Math.round(concurrency.sequences * autoscaling.targetUtilization));
}

/**
 * Waiting requests that one replica aims at.
 *
 * As many as wait when a replica runs all it may and is as full as it can be, spread over the replicas that
 * {@link inFlightTarget} wants then: a burst asks for no more than its requests in flight need, while a replica that has requests
 * wait before it runs all it may, for want of KV cache, asks for more than they do.
 */
export function waitingTarget(plan: RuntimePlan): number {
  const { sequences, inFlight } = plan.concurrency;
  return Math.max(1, Math.ceil(inFlightTarget(plan) * (1 - sequences / inFlight)));
}

const LEAST_WINDOW_SECONDS = 300;
const MOST_WINDOW_SECONDS = 3600;

/** How long the load has to stay low: a replica that is removed too early costs a cold start, on a node that has the image. */
export function scaleDownSeconds(plan: RuntimePlan): number {
  const { totalSeconds, parts } = expectedStart(plan, plan.cache);
  const minutes = Math.ceil((totalSeconds - parts.image) / 60);
  const derived = Math.min(MOST_WINDOW_SECONDS, Math.max(LEAST_WINDOW_SECONDS, minutes * 60));
  return plan.autoscaling.scaleDownSeconds ?? derived;
}

/** Share of the KV cache that one replica aims at. */
export function kvCacheTarget(): number {
  return TUNING.scaling.kvCacheTarget;
}
