/**
 * Rules on series of the whole cluster: they stand in one object, whose namespace Prometheus must not enforce. What they record has the
 * models' namespace, so that all other rules stay within it.
 */
import { KUBE } from "../../vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS, shownLabel } from "../../vocabulary/metrics/labels.js";
import { CONTRACT, COST } from "../../vocabulary/metrics/recorded.js";
import { INSTANCE_TYPE_LABEL, LIFECYCLES, SPOT_NODE_LABELS } from "../../vocabulary/nodes.js";
import { type RuleGroup, type Scope, selector } from "../promql.js";

/** Needs kube-state-metrics with these labels of nodes in `metricLabelsAllowlist`. */
export function fleetGroups(scope: Scope): RuleGroup[] {
  const labels = { namespace: scope.namespace, [METRIC_LABELS.stack]: scope.stack };
  return [{ name: "vllm-fleet", rules: [{ record: COST.node, expr: nodes(labels), labels }] }];
}

/** Nodes that have pods of the stack, with their kind of machine. */
function nodes(scope: Record<string, string>): string {
  const type = shownLabel(INSTANCE_TYPE_LABEL);
  const own = `(${KUBE.nodeLabels.name}{${type}!=""} and on (node) ${CONTRACT.pod}${selector(scope)})`;
  const onDemand = `label_replace(${own}, "capacity", "${LIFECYCLES.onDemand}", "", "")`;
  const capacity = SPOT_NODE_LABELS.reduce(
    (expr, { key, value }) =>
      `label_replace(${expr}, "capacity", "${LIFECYCLES.spot}", "${shownLabel(key)}", "${value}")`,
    onDemand,
  );
  return `max by (node, instance_type, capacity) (label_replace(${capacity}, "instance_type", "$1", "${type}", "(.*)"))`;
}
