/** Which metrics there are, with which labels: recorded of vLLM, stated of others, and made by our own rules. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GATEWAY } from "../../components/vocabulary/metrics/gateway.js";
import { DCGM, KEDA, KUBE } from "../../components/vocabulary/metrics/kubernetes.js";
import { RELEASE_LEVEL, shownLabel } from "../../components/vocabulary/metrics/labels.js";
import type { Metric } from "../../components/vocabulary/metrics/metric.js";
import { VLLM } from "../../components/vocabulary/metrics/vllm.js";
import { prometheusStackValues } from "../../components/platform/prometheus/values.js";
import { isBefore } from "../../components/facts/vllm/version.js";
import { labelsIn, type Series, seriesOf } from "./exposition.js";
import { type LabelsOf, labelsLeft } from "./labels.js";

/** Versions whose `/metrics` a real server answered. */
export const RECORDED_VERSIONS = ["0.30.0", "0.32.0"] as const;

const FIXTURES = join(__dirname, "..", "vocabulary", "fixtures");

/** What a server of the version answered, with one served name and after a few requests. */
export function recordedText(version: (typeof RECORDED_VERSIONS)[number]): string {
  return readFileSync(join(FIXTURES, `vllm-${version}-metrics.prom`), "utf8");
}

export function recorded(version: (typeof RECORDED_VERSIONS)[number]): ReadonlyMap<string, readonly Series[]> {
  return seriesOf(recordedText(version));
}

/** What a PodMonitor gives each series of a target. */
const SCRAPE = ["job", "instance", "pod", "container", "endpoint", ...RELEASE_LEVEL];
/** What any scrape does. */
const OF_OTHERS = ["job", "instance", "service", "endpoint"];

/** What Prometheus gives `ALERTS`, the series of all alerts. */
const OF_ALERTS = ["alertname", "alertstate"];

/** Names of a metric's series. */
export function seriesNames({ name, kind }: Metric): string[] {
  return kind === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name];
}

/** Labels of objects that kube-state-metrics shows, by the metric that has them. */
function shownLabels(): Map<string, string[]> {
  const lists = prometheusStackValues({ clusterName: "test" })["kube-state-metrics"].metricLabelsAllowlist;
  return new Map(
    lists.map((list) => {
      const [, kind, labels] = /^(\w+)s=\[(.*)\]$/.exec(list)!;
      return [`kube_${kind}_labels`, labels!.split(",").map(shownLabel)] as const;
    }),
  );
}

function others(): Map<string, Set<string>> {
  const shown = shownLabels();
  const tables: Metric[] = [...Object.values(KUBE), ...Object.values(DCGM), ...Object.values(KEDA)];
  const gateway = Object.values<Metric>(GATEWAY).flatMap((metric) =>
    seriesNames(metric).map(
      (name) => [name, new Set(["namespace", "pod", ...OF_OTHERS, ...metric.labels, "le"])] as const,
    ),
  );
  return new Map([
    ...gateway,
    ...tables.map(
      ({ name, labels }) => [name, new Set([...OF_OTHERS, ...labels, ...(shown.get(name) ?? [])])] as const,
    ),
  ]);
}

/** A rule as far as it makes a series. */
export interface Recording {
  record?: string;
  alert?: string;
  expr: string;
  labels?: Readonly<Record<string, string>>;
}

/** Series of rules read those of others: so many steps reach from vLLM's own to the last. */
const MOST_STEPS = 8;

/**
 * The labels of every metric that there is.
 *
 * @param version of vLLM; metrics that only a later one has are known, too, for a rule serves all versions
 * @param rules that record series
 */
export function catalogue(version: (typeof RECORDED_VERSIONS)[number], rules: readonly Recording[]): LabelsOf {
  const series = recorded(version);
  const later = new Map(
    Object.values<Metric>(VLLM)
      .filter(({ since }) => since !== undefined && isBefore(version, since))
      .flatMap((metric) => seriesNames(metric).map((name) => [name, metric.labels] as const)),
  );
  const stated = others();
  const made = new Map<string, Set<string>>();
  const labelsOf: LabelsOf = (name) => {
    if (name === "up") return new Set(SCRAPE);
    const own = labelsIn(series, name) ?? later.get(name);
    return own === undefined ? (stated.get(name) ?? made.get(name)) : new Set([...SCRAPE, ...own]);
  };
  for (let step = 0; step < MOST_STEPS; step += 1) {
    for (const { record, expr, labels } of rules) {
      const all = [
        ...labelsLeft(expr, labelsOf),
        ...Object.keys(labels ?? {}),
        ...(record === undefined ? OF_ALERTS : []),
      ];
      const name = record ?? "ALERTS";
      made.set(name, new Set([...(made.get(name) ?? []), ...all]));
    }
  }
  return labelsOf;
}
