/** Queries of panels, with Grafana's variables in their selectors. */
import { KUBE } from "../../vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS, shownLabel } from "../../vocabulary/metrics/labels.js";
import { CONTRACT, type Objective, type Target } from "../../vocabulary/metrics/recorded.js";
import { LABELS } from "../../vocabulary/labels.js";

const { stack, model, release } = METRIC_LABELS;
const ONE_MODEL = [`${stack}="$stack"`, `namespace="$namespace"`, `${model}="$model"`] as const;

/** How a panel is narrowed by the dashboard's variables. */
export const OF = {
  stack: [`${stack}="$stack"`, `namespace=~"$namespace"`],
  /** One or more models. */
  models: [`${stack}="$stack"`, `namespace=~"$namespace"`, `${model}=~"$model"`],
  /** All releases of the one model that is looked at. */
  model: ONE_MODEL,
  /** The first of the two releases side by side. */
  release: [...ONE_MODEL, `${release}="$release"`],
  /** The second. */
  other: [...ONE_MODEL, `${release}="$other"`],
} as const satisfies Record<string, readonly string[]>;
export type Of = keyof typeof OF;

/** Labels by which series of a model, or of a release, are matched or summed up. */
export const BY_MODEL = `namespace, ${stack}, ${model}`;
export const BY_RELEASE = `${BY_MODEL}, ${release}`;

/** A series as the dashboard's variables narrow it; `more` are further matchers, such as `slo="ttft"`. */
export function series(name: string, of: Of, ...more: readonly string[]): string {
  return `${name}{${[...OF[of], ...more].join(", ")}}`;
}

/** A number of the contract, a series a release. */
export function target(name: Target, of: Of): string {
  return series(CONTRACT.target, of, `target="${name}"`);
}

/** A number of the contract for all replicas that are ready: what the release as a whole can do. */
export function targetOfAll(name: Target, ready: string, of: Of): string {
  return `${target(name, of)} * on (${BY_RELEASE}) ${series(ready, of)}`;
}

/**
 * Seconds of an objective. They are in the label `le`, and PromQL makes no number of a label except as a bucket's edge: the
 * quantile 1 of a histogram that has everything in that bucket is the edge.
 */
export function objectiveSeconds(slo: Objective, of: Of): string {
  const bucket = `${series(CONTRACT.objective, of, `slo="${slo}"`)} * 0 + 1`;
  return `histogram_quantile(1, (${bucket}) or label_replace(${bucket}, "le", "+Inf", "le", ".*"))`;
}

/** A metric of kube-state-metrics or DCGM, for the pods of the stack's models. The factor is 1. */
export function ofPods(metric: string, of: Of, keep: readonly string[] = [], ...more: readonly string[]): string {
  const labels = [model, release, METRIC_LABELS.gpu, "node", "component", ...keep];
  return `${metric} * on (namespace, pod) group_left (${labels.join(", ")}) ${series(CONTRACT.pod, of, ...more)}`;
}

/** A metric of Jobs, for those of a component of the stack. The factor is 1. */
export function ofJobs(metric: string, component: string): string {
  const shown = (label: string): string => shownLabel(label);
  const labels = `${KUBE.jobLabels.name}{${[
    `namespace=~"$namespace"`,
    `${shown(LABELS.partOf)}="$stack"`,
    `${shown(LABELS.component)}="${component}"`,
  ].join(", ")}}`;
  const job = `max by (namespace, job_name, ${shown(LABELS.instance)}) (${labels})`;
  return `${metric}{namespace=~"$namespace"} * on (namespace, job_name) group_left (${shown(LABELS.instance)}) ${job}`;
}

/** The worst of many: a graph of three hundred lines shows nothing. */
export function worst(expr: string, most = 10): string {
  return `topk(${most}, ${expr})`;
}

/** A count that is 0 where there is nothing to count. */
export function counted(expr: string): string {
  return `count(${expr}) or vector(0)`;
}
