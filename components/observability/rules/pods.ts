/** Which pod belongs to which release: what joins kube-state-metrics and DCGM to models. */
import { LABELS } from "../../vocabulary/labels.js";
import { KUBE } from "../../vocabulary/metrics/kubernetes.js";
import { RELEASE_LEVEL, shownLabel, SOURCE_LABELS } from "../../vocabulary/metrics/labels.js";
import { CONTRACT } from "../../vocabulary/metrics/recorded.js";
import { list, type RuleGroup, type Scope, selector } from "../promql.js";

const SOURCES = { ...SOURCE_LABELS, component: LABELS.component };

/** Needs kube-state-metrics with these labels of pods in `metricLabelsAllowlist`. */
export function podGroup({ namespace, stack }: Scope): RuleGroup {
  const pods = `${KUBE.podLabels.name}${selector({ namespace, [shownLabel(LABELS.partOf)]: stack })}`;
  const renamed = Object.entries(SOURCES).reduce(
    (expr, [to, label]) => `label_replace(${expr}, "${to}", "$1", "${shownLabel(label)}", "(.*)")`,
    pods,
  );
  const labels = list([...RELEASE_LEVEL, "component", "pod"]);
  const nodes = `max by (namespace, pod, node) (${KUBE.podInfo.name}${selector({ namespace })})`;
  return {
    name: "vllm-pods",
    rules: [
      {
        record: CONTRACT.pod,
        // A pod that waits for a node has none.
        expr: `max by (${labels}) (${renamed})\n* on (namespace, pod) group_left (node) ${nodes}`,
      },
    ],
  };
}
