/** Pieces that the conditions of alerts share. */
import { APP_NAME, LABELS } from "../../vocabulary/labels.js";
import { KUBE } from "../../vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS, RELEASE_LEVEL, shownLabel } from "../../vocabulary/metrics/labels.js";
import type { Metric } from "../../vocabulary/metrics/metric.js";
import { CONTRACT, type Target } from "../../vocabulary/metrics/recorded.js";
import { list, type Matchers, ofStack, type Scope, selector } from "../promql.js";

/** Labels that name a model, and a release of it. */
export const MODEL = list(["namespace", METRIC_LABELS.stack, METRIC_LABELS.model]);
export const KEY = list(["namespace", METRIC_LABELS.stack, METRIC_LABELS.model, METRIC_LABELS.release]);
/** Labels of an alert a release, without the revision: while pods are replaced there are two of them. */
const SHOWN = list([
  ...["namespace", METRIC_LABELS.stack, METRIC_LABELS.model, METRIC_LABELS.release],
  ...[METRIC_LABELS.class, METRIC_LABELS.gpu],
]);
export const BY_RELEASE = `by (${SHOWN})`;
export const BY_POD = "by (namespace, pod)";

/** How a release is named in texts. */
export const RELEASE_NAME = "{{ $labels.vllm_model }}/{{ $labels.vllm_release }}";
/** How a model is named in texts. */
export const MODEL_NAME = "{{ $labels.vllm_model }}";

/** Series of the models' namespace: those of kube-state-metrics and of the DCGM exporter. @param more such as `reason!=""` */
export function inNamespace({ name }: Metric, { namespace }: Scope, more = ""): string {
  return `${name}{namespace=${JSON.stringify(namespace)}${more === "" ? "" : `,${more}`}}`;
}

/** A recorded series, one a release whatever its revision. */
export function ofRelease(name: string, scope: Scope, more: Matchers = {}): string {
  return `sum ${BY_RELEASE} (${ofStack(name, scope, more)})`;
}

/** A number of the contract, one a release; to be joined `on` {@link KEY}. */
export function target(name: Target, scope: Scope): string {
  return `max by (${KEY}) (${ofStack(CONTRACT.target, scope, { target: name })})`;
}

/** Releases that their model's route names. */
export function routed(scope: Scope): string {
  return ofStack(CONTRACT.route, scope);
}

/** 1 a pod of the stack, with its release. @param components such as `runtime|batch` */
export function pods(scope: Scope, components: string, by: readonly string[] = RELEASE_LEVEL): string {
  const series = ofStack(CONTRACT.pod, scope).replace(/\}$/, `,component=~"${components}"}`);
  return `max by (${list([...new Set([...by, "namespace", "pod"])])}) (${series})`;
}

/** Series of pods with the labels of each pod's release in place of others than `keep`. @param keep labels of the series */
export function joinedToPods(series: string, scope: Scope, components: string, keep: readonly string[] = []): string {
  const labels = RELEASE_LEVEL.filter((label) => label !== "namespace");
  const by = list(["namespace", "pod", ...keep]);
  return `max by (${by}) (${series})\n* on (namespace, pod) group_left (${list(labels)}) ${pods(scope, components)}`;
}

/** Jobs of a part of the stack, as `max by (namespace, job_name)` of their labels. @param component such as `cache` */
function jobs(component: string, { namespace, stack }: Scope): string {
  const matchers = {
    namespace,
    [shownLabel(LABELS.name)]: APP_NAME,
    [shownLabel(LABELS.component)]: component,
    [shownLabel(LABELS.partOf)]: stack,
  };
  return `${KUBE.jobLabels.name}${selector(matchers)}`;
}

/** Series of Jobs with the stack and, of a batch, its name as `vllm_model`. */
export function joinedToJobs(series: string, component: string, scope: Scope): string {
  const named = `label_replace(${jobs(component, scope)}, "${METRIC_LABELS.model}", "$1", "${shownLabel(LABELS.instance)}", "(.+)")`;
  const labelled = `label_replace(${named}, "${METRIC_LABELS.stack}", ${JSON.stringify(scope.stack)}, "", "")`;
  const labels = list([METRIC_LABELS.stack, METRIC_LABELS.model]);
  return (
    `max by (namespace, job_name) (${series})\n* on (namespace, job_name) group_left (${labels}) ` +
    `max by (namespace, job_name, ${labels}) (${labelled})`
  );
}

/**
 * When a series is looked for that is missing now: one that has never been is not missed. Each is twice the one before, so that one of
 * them is found for as long as it had been there, up to a day; a range of a day would read all its samples.
 */
export const SOME_TIME_AGO = ["10m", "20m", "40m", "80m", "160m", "320m", "640m", "1d"];
