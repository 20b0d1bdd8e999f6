/** Autoscaling that does not work, or can do no more; pods for which there is no node. */
import { SPOT_NODE_TAINTS, SPOT_TAINT } from "../../vocabulary/nodes.js";
import { COMPONENTS } from "../../vocabulary/labels.js";
import { KEDA, KUBE } from "../../vocabulary/metrics/kubernetes.js";
import { CONTRACT, PAST, RELEASE, TARGETS } from "../../vocabulary/metrics/recorded.js";
import { ofStack, type Scope } from "../promql.js";
import type { Alert } from "./alert.js";
import { BY_RELEASE, inNamespace, KEY, ofRelease, pods, RELEASE_NAME, target } from "./series.js";

/** KEDA names the HorizontalPodAutoscaler that it makes of a ScaledObject so; ScaledObject and Deployment have the runtime's name. */
const HPA_PREFIX = "keda-hpa-";

function withAutoscaler(scope: Scope): string {
  const info = ofStack(CONTRACT.info, scope);
  return `label_replace(${info}, "horizontalpodautoscaler", "${HPA_PREFIX}$1", "deployment", "(.+)")`;
}

/** Pods without a node. */
function homeless(scope: Scope): string {
  const holders = pods(scope, `${COMPONENTS.runtime}|${COMPONENTS.batch}`);
  return (
    `${holders}\nand on (namespace, pod) ${inNamespace(KUBE.podUnschedulable, scope)} == 1\n` +
    `unless on (namespace, pod) ${inNamespace(KUBE.podDeleted, scope)}`
  );
}

/** Pods that may run on spot nodes: by the taints of such nodes that they tolerate. */
function ofSpot(scope: Scope): string {
  const keys = [...new Set([SPOT_TAINT, ...SPOT_NODE_TAINTS].map(({ key }) => key.replaceAll(".", "\\\\.")))];
  return inNamespace(KUBE.tolerations, scope, `key=~"${keys.join("|")}"`);
}

export const SCALING: readonly Alert[] = [
  {
    name: "VllmScalerFallback",
    summary: `${RELEASE_NAME}: the autoscaler cannot read its metrics`,
    description:
      "A query of KEDA for {{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}) has failed " +
      "{{ $value | humanize }} times in 2 minutes: replicas stay at the fallback's number, whatever the load is.",
    condition:
      "one query of a release has failed more often than the threshold in 2 minutes (KEDA asks every 15 seconds)",
    expr: (scope, threshold) => {
      const errors = `${KEDA.errors.name}{exported_namespace=${JSON.stringify(scope.namespace)},type="scaledobject"}`;
      const failed = `max by (exported_namespace, scaledObject) (increase(${errors}[2m])) > ${threshold}`;
      const named = `label_replace(label_replace(${failed}, "namespace", "$1", "exported_namespace", "(.+)"), "deployment", "$1", "scaledObject", "(.+)")`;
      const releases = `max ${BY_RELEASE.replace(")", ", deployment)")} (${ofStack(CONTRACT.info, scope)})`;
      return `sum ${BY_RELEASE} (\n${releases}\n* on (namespace, deployment) group_left ()\nmax by (namespace, deployment) (${named}))`;
    },
    dashboard: "model",
    fleet: true,
  },
  {
    name: "VllmScalerMissing",
    summary: `${RELEASE_NAME}: nothing scales it`,
    description:
      "{{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}) is to have between autoscaling.min and " +
      "autoscaling.max replicas, and its HorizontalPodAutoscaler is missing or not active.",
    condition:
      "a release with `autoscaling.min` below `autoscaling.max` has been ready, and has no HorizontalPodAutoscaler, or one that is not " +
      "active",
    expr: (scope) => {
      const on = "on (namespace, horizontalpodautoscaler)";
      const scaled = `${target(TARGETS.replicasMax, scope)} > ${target(TARGETS.replicasMin, scope)}`;
      const releases = withAutoscaler(scope);
      const missing = `${releases} unless ${on} ${inNamespace(KUBE.hpaMost, scope)}`;
      const condition = inNamespace(KUBE.hpaCondition, scope, 'condition="ScalingActive",status="false"');
      const inactive = `${releases} and ${on} ${condition} == 1`;
      return (
        `max ${BY_RELEASE} ((${missing}) or (${inactive}))\nand on (${KEY}) (${scaled})\n` +
        `and on (${KEY}) ${ofStack(PAST.served, scope)}`
      );
    },
    dashboard: "model",
  },
  {
    name: "VllmScalerAtMost",
    summary: `${RELEASE_NAME}: all replicas that it may have are taken`,
    description:
      "{{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}) has as many replicas as " +
      "autoscaling.max lets it have, and {{ $value | humanize }} requests wait.",
    condition:
      "a release has `autoscaling.max` replicas, and more requests wait than the autoscaler aims at (`waiting_target` a replica)",
    expr: (scope) => {
      const wanted = ofRelease(RELEASE.replicasWanted, scope);
      const most = `${wanted} >= on (${KEY}) ${target(TARGETS.replicasMax, scope)}`;
      const aimed = `${target(TARGETS.waitingTarget, scope)} * on (${KEY}) (${most})`;
      return `${ofRelease(RELEASE.waiting, scope)} > on (${KEY}) group_left () (${aimed})`;
    },
    dashboard: "model",
  },
  {
    name: "VllmNodeMissing",
    summary: `${RELEASE_NAME}: pods wait for a node`,
    description:
      "{{ $value }} pods of {{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}, GPU " +
      "{{ $labels.vllm_gpu }}) have had no node for longer than a new one takes.",
    condition: "pods of a release or a batch that need nodes on demand have none",
    expr: (scope) => `sum ${BY_RELEASE} (${homeless(scope)}\nunless on (namespace, pod) ${ofSpot(scope)})`,
    dashboard: "fleet",
  },
  {
    name: "VllmSpotMissing",
    summary: `${RELEASE_NAME}: pods wait for a spot node`,
    description:
      "{{ $value }} pods of {{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}, GPU " +
      "{{ $labels.vllm_gpu }}), which may run on spot nodes, have had no node for long: the cloud has none to spare.",
    condition: "pods of a release or a batch that tolerate the taint of spot nodes have no node",
    expr: (scope) => `sum ${BY_RELEASE} (${homeless(scope)}\nand on (namespace, pod) ${ofSpot(scope)})`,
    dashboard: "fleet",
  },
];
