/** What the panels of the fleet ask by. */
import { METRIC_LABELS } from "../../../../vocabulary/metrics/labels.js";
import { RELEASE } from "../../../../vocabulary/metrics/recorded.js";
import { BY_MODEL, BY_RELEASE, series } from "../../queries.js";

export const { model, class: trafficClass } = METRIC_LABELS;

export const OF = "models";

export const of = (name: string, ...more: string[]): string => series(name, OF, ...more);

export const byModel = (expr: string, how = "sum"): string => `${how} by (${BY_MODEL}) (${expr})`;

export const LEGEND = `{{${model}}}`;

export const wanted = byModel(of(RELEASE.replicasWanted));

export const ready = byModel(of(RELEASE.replicasReady));

export const p99 = byModel(of(RELEASE.timeToFirstTokenQuantile, 'quantile="0.99"'), "max");

export const requests = byModel(of(RELEASE.http));

export const failed = byModel(of(RELEASE.http, 'status="5xx"'));

/** Share of requests that failed. A model without failures has no series of them. */
export const failedShare = `(${failed} or ${requests} * 0) / (${requests} > 0)`;

/** Of each model the release that is worst off: one that takes no traffic would hide it in a sum. */
export const worstRelease = (expr: string): string => byModel(expr, "max");

/** Waiting requests a ready replica: how far behind a release is. */
export const waitingEach = worstRelease(
  `${of(RELEASE.waiting)} / on (${BY_RELEASE}) (${of(RELEASE.replicasReady)} > 0)`,
);
