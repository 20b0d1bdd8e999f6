/** GPUs and dollars of each pod. */
import { COMPONENTS } from "../../../vocabulary/labels.js";
import { KUBE } from "../../../vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS, RELEASE_LEVEL } from "../../../vocabulary/metrics/labels.js";
import { CONTRACT, COST, COST_BASES, TARGETS } from "../../../vocabulary/metrics/recorded.js";
import { list, type RecordingRule, type Scope, selector } from "../../promql.js";
import { selecting } from "./select.js";

const { stack, model, release, revision, gpu } = METRIC_LABELS;

/** As kube-state-metrics writes `nvidia.com/gpu`. */
const WHOLE_GPU = "nvidia_com_gpu";
/** Those, MIG slices and shared GPUs. */
const ANY_GPU = "nvidia_com_.+";

/** What a release is known by. */
export const OF_RELEASE = list(["namespace", stack, model, release]);
const OF_POD = list(["namespace", "pod"]);

/** The rules, in the order in which they are evaluated: each reads those before it. */
export function podRules({ namespace, stack: ofStack }: Scope): RecordingRule[] {
  const scope = { namespace, [stack]: ofStack };
  const own = selector(scope);
  return [
    {
      record: COST.nodeGpu,
      expr: `${COST.node}${own}
* on (${list(["namespace", stack, "instance_type", "capacity"])}) group_left ()
(${COST.machine}${own} / on (${list(["namespace", stack, "instance_type"])}) group_left () ${COST.machineGpus}${own})`,
    },
    { record: COST.podGpus, expr: gpus(namespace, scope) },
    { record: COST.pod, expr: dollars(scope) },
  ];
}

/** A pod that has no node yet holds no GPU, and one that has ended gave it back. */
function gpus(namespace: string, scope: Record<string, string>): string {
  const requests = KUBE.requests.name + selecting({ namespace }, `resource=~"${ANY_GPU}"`);
  const phases = KUBE.podPhase.name + selecting({ namespace }, 'phase=~"Pending|Running"');
  const labels = list([...RELEASE_LEVEL.filter((label) => label !== "namespace"), "component", "node"]);
  return `sum by (namespace, pod, resource) (max by (namespace, pod, container, resource) (${requests}))
* on (${OF_POD}) group_left (${labels})
(${placed(scope)})
and on (${OF_POD}) (max by (${OF_POD}) (${phases}) == 1)`;
}

/** Pods on a node. A spare belongs to no release: it waits for a replica of the one that is routed. */
function placed(scope: Record<string, string>): string {
  const pods = (compare: "=" | "!="): string =>
    CONTRACT.pod + selecting(scope, 'node!=""', `component${compare}"${COMPONENTS.spare}"`);
  return `${pods("!=")}
or ${pods("=")}
  * on (${list(["namespace", stack, model])}) group_left (${list([release, revision, gpu])}) ${CONTRACT.route}${selector(scope)}`;
}

/** By the machine that a pod is on, its share of the machine's GPUs; where that has no price, by the config's cheapest machine. */
function dollars(scope: Record<string, string>): string {
  const onNode = `${COST.podGpus}${selector({ ...scope, resource: WHOLE_GPU })}
* on (${list(["namespace", stack, "node"])}) group_left ()
max by (${list(["namespace", stack, "node"])}) (${COST.nodeGpu}${selector(scope)})`;
  const replica = `max by (${OF_RELEASE}) (${CONTRACT.target}${selector({ ...scope, target: TARGETS.hourlyUsd })})`;
  const byContract = `(${COST.podGpus}${selector(scope)} * 0 + 1)
* on (${OF_RELEASE}) group_left ()
${replica}`;
  const based = (expr: string, basis: string): string => `label_replace(${expr}, "basis", "${basis}", "", "")`;
  return `${based(onNode, COST_BASES.machine)}
or on (${OF_POD})
${based(byContract, COST_BASES.contract)}`;
}
