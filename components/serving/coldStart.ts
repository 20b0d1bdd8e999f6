/** What the starts of a release's replicas took, recorded from kube-state-metrics. */
import type { IPrometheusRule } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule";
import type { RuntimePlan } from "../derive/plan.js";
import { LABELS } from "../vocabulary/labels.js";
import { COLD_START, COLD_START_PARTS } from "../vocabulary/metrics/coldStart.js";
import { METRIC_LABELS, shownLabel } from "../vocabulary/metrics/labels.js";
import { ENGINE_CONTAINER } from "../vocabulary/workloads.js";

type Part = (typeof COLD_START_PARTS)[number];
type Labels = Readonly<Record<string, string>>;

function selector(labels: Labels): string {
  return `{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(",")}}`;
}

/**
 * Times of a pod, in seconds since 1970, of which each part is a difference.
 * Source: https://github.com/kubernetes/kube-state-metrics/blob/main/docs/metrics/workload/pod-metrics.md, read 2026-11-26.
 */
const TIMES = {
  created: ["kube_pod_created", {}],
  scheduled: ["kube_pod_status_scheduled_time", {}],
  started: ["kube_pod_container_state_started", { container: ENGINE_CONTAINER }],
  ready: ["kube_pod_status_ready_time", {}],
} as const satisfies Record<string, readonly [metric: string, labels: Labels]>;
type Time = keyof typeof TIMES;

const SPANS: Readonly<Record<Part, readonly [from: Time, to: Time]>> = {
  schedule: ["created", "scheduled"],
  prepare: ["scheduled", "started"],
  load: ["started", "ready"],
  total: ["created", "ready"],
};

const POD = "namespace, pod";

/**
 * A series for each pod that is there and has been ready. A figure that is recorded stays: a readiness that is lost and comes back, and
 * a container that is started again, move the times that it came from.
 *
 * @param namespace of the release
 */
function expression(plan: RuntimePlan, namespace: string, part: Part): string {
  const ofPods = { namespace };
  const time = (name: Time): string => {
    const [metric, labels] = TIMES[name];
    return `max by (${POD}) (${metric}${selector({ ...ofPods, ...labels })})`;
  };
  const labels = selector({
    ...ofPods,
    [shownLabel(LABELS.instance)]: plan.name,
    [shownLabel(LABELS.release)]: plan.release,
  });
  const revision = METRIC_LABELS.revision;
  const pods = `max by (${POD}, ${revision}) (label_replace(kube_pod_labels${labels}, "${revision}", "$1", "${shownLabel(LABELS.revision)}", "(.*)"))`;
  const ready = `kube_pod_status_ready${selector({ ...ofPods, condition: "true" })} == 1`;
  const known = `${COLD_START}${selector({ ...ofPods, ...ownLabels(plan, part) })}`;
  const [from, to] = SPANS[part];
  return [
    `(${known} and on (${POD}) ${pods})`,
    `or on (${POD})`,
    `(${pods} * on (${POD}) group_left () ((${time(to)} - ${time(from)}) and on (${POD}) (${ready})))`,
  ].join("\n");
}

function ownLabels({ name, release }: RuntimePlan, part: Part): Labels {
  return { part, [METRIC_LABELS.model]: name, [METRIC_LABELS.release]: release };
}

export function coldStartRuleSpec(plan: RuntimePlan, namespace: string): IPrometheusRule["spec"] {
  return {
    groups: [
      {
        name: "vllm-cold-start",
        rules: COLD_START_PARTS.map((part) => ({
          record: COLD_START,
          expr: expression(plan, namespace, part),
          labels: ownLabels(plan, part),
        })),
      },
    ],
  };
}
