/** What the panels of a model ask by. */
import { METRIC_LABELS } from "../../../../vocabulary/metrics/labels.js";
import { BY_RELEASE, series } from "../../queries.js";

export const { release, revision, gpu, class: trafficClass } = METRIC_LABELS;

export const of = (name: string, ...more: string[]): string => series(name, "model", ...more);

export const LEGEND = `{{${release}}}`;

export const RATE = "$__rate_interval";

/** A quantile of one of vLLM's histograms, by release. */
export function quantile(share: number, metric: string): string {
  return `histogram_quantile(${share}, sum by (${BY_RELEASE}, le) (rate(${of(`${metric}_bucket`)}[${RATE}])))`;
}
