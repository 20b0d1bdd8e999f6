/** Replicas that do not come, do not stay, or are not those that the config names. */
import { COMPONENTS } from "../../vocabulary/labels.js";
import { COLD_START } from "../../vocabulary/metrics/coldStart.js";
import { SERVICE_NAME_LABEL } from "../../vocabulary/kubernetes.js";
import { KUBE } from "../../vocabulary/metrics/kubernetes.js";
import { METRIC_LABELS, RELEASE_LEVEL, shownLabel } from "../../vocabulary/metrics/labels.js";
import { CONTRACT, PAST, RELEASE, TARGETS } from "../../vocabulary/metrics/recorded.js";
import { list, ofStack, type Scope } from "../promql.js";
import type { Alert } from "./alert.js";
import {
  BY_POD,
  BY_RELEASE,
  inNamespace,
  joinedToPods,
  KEY,
  MODEL,
  ofRelease,
  pods,
  RELEASE_NAME,
  routed,
  target,
} from "./series.js";

/** Pods that a model's Service leads to, as `namespace`, `pod` and `vllm_model`. */
function behindServices(scope: Scope): string {
  const service = shownLabel(SERVICE_NAME_LABEL);
  const slices = `max by (namespace, endpointslice, ${service}) (${inNamespace(KUBE.endpointLabels, scope)})`;
  const addresses = inNamespace(KUBE.endpoints, scope, 'targetref_kind="Pod",ready="true"');
  const found = `max by (namespace, endpointslice, targetref_name) (${addresses})\n* on (namespace, endpointslice) group_left (${service}) ${slices}`;
  const named = `label_replace(${found}, "${METRIC_LABELS.model}", "$1", "${service}", "(.+)")`;
  return `label_replace(${named}, "pod", "$1", "targetref_name", "(.+)")`;
}

export const ROLLOUT: readonly Alert[] = [
  {
    name: "VllmNoReadyReplica",
    summary: `${RELEASE_NAME}: no replica is ready`,
    description:
      "{{ $labels.vllm_model }} has no ready replica of the release that its clients reach, " +
      "{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}), and {{ $value }} are wanted: every request fails.",
    condition:
      "replicas of the routed release are wanted and none is ready, though one has been, or none was within the time that a start may " +
      "take (`deadline_seconds`)",
    expr: (scope) => {
      const waited = `(time() - ${ofStack(PAST.wantedSince, scope)}) > on (${KEY}) group_left () ${target(TARGETS.deadlineSeconds, scope)}`;
      return (
        `${ofRelease(RELEASE.replicasWanted, scope)} > 0\nand on (${KEY}) ${ofRelease(RELEASE.replicasReady, scope)} == 0\n` +
        `and on (${KEY}) (${ofStack(PAST.served, scope)} or on (${KEY}) ${waited})\nand on (${KEY}) ${routed(scope)}`
      );
    },
    dashboard: "model",
  },
  {
    name: "VllmRolloutStuck",
    summary: `${RELEASE_NAME}: the rollout makes no progress`,
    description:
      "The Deployment of {{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}) has made no " +
      "progress for the time that a node, the image and a start may take. The pods from before it still serve.",
    condition: "a release's Deployment has passed its `progressDeadlineSeconds`, and replicas are wanted",
    expr: (scope) => {
      const stuck = inNamespace(KUBE.deploymentCondition, scope, 'condition="Progressing",status="false"');
      return (
        `max ${BY_RELEASE} (${ofStack(CONTRACT.info, scope)} and on (namespace, deployment) ${stuck} == 1)\n` +
        `and on (${KEY}) ${ofRelease(RELEASE.replicasWanted, scope)} > 0`
      );
    },
    dashboard: "model",
  },
  {
    name: "VllmStartBeyondBudget",
    summary: `${RELEASE_NAME}: a replica takes too long to start`,
    description:
      "A pod of {{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}, GPU " +
      "{{ $labels.vllm_gpu }}) was made {{ $value | humanizeDuration }} ago and has never been ready.",
    condition:
      "a pod that has never been ready is older than a node, the image and the contract's `startupSeconds` may take (`deadline_seconds`)",
    expr: (scope) => {
      const age = `time() - max ${BY_POD} (${inNamespace(KUBE.podCreated, scope)})`;
      const never =
        `(${age})\nunless on (namespace, pod) ${COLD_START}{namespace=${JSON.stringify(scope.namespace)},part="total"}\n` +
        `unless on (namespace, pod) ${inNamespace(KUBE.podReady, scope, 'condition="true"')} == 1\n` +
        `unless on (namespace, pod) ${inNamespace(KUBE.podDeleted, scope)}\n` +
        `unless on (namespace, pod) ${inNamespace(KUBE.podPhase, scope, 'phase=~"Failed|Succeeded"')} == 1`;
      return (
        `max ${BY_RELEASE} (${joinedToPods(never, scope, COMPONENTS.runtime)})\n` +
        `> on (${KEY}) group_left () ${target(TARGETS.deadlineSeconds, scope)}`
      );
    },
    dashboard: "model",
  },
  {
    name: "VllmRestarts",
    summary: `${RELEASE_NAME}: vLLM is started again and again`,
    description:
      "Containers of {{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}) were started again " +
      "{{ $value }} times in 15 minutes; each start takes the replica away for as long as the model takes to load.",
    condition: "restarts of a release's containers in 15 minutes reach the threshold",
    expr: (scope, threshold) => `${ofRelease(RELEASE.restarts, scope)} >= ${threshold}`,
    dashboard: "model",
  },
  {
    name: "VllmOutOfMemory",
    summary: `${RELEASE_NAME}: a container was killed for want of memory`,
    description:
      "{{ $value }} pods of {{ $labels.vllm_model }}/{{ $labels.vllm_release }} (namespace {{ $labels.namespace }}) were killed by " +
      "the kernel in the last 15 minutes: the container's host memory, not the GPU's, was used up.",
    condition:
      "a container of a release was restarted in the last 15 minutes after the kernel had killed it (`OOMKilled`)",
    expr: (scope) => `${ofRelease(RELEASE.outOfMemory, scope)} > 0`,
    dashboard: "model",
  },
  {
    name: "VllmRouteMismatch",
    summary: "{{ $labels.vllm_model }}: clients reach another revision than the one routed",
    description:
      "The Service {{ $labels.vllm_model }} (namespace {{ $labels.namespace }}) leads to {{ $value }} ready pods of release " +
      "{{ $labels.vllm_release }} at revision {{ $labels.vllm_revision }}, which is not what `route.stable` of the config names.",
    condition:
      "the model's Service leads to ready pods whose release or revision is not that of `route.stable`, while all replicas of the " +
      "routed release are ready and of its newest template",
    expr: (scope) => {
      const settled =
        `${routed(scope)}\nand on (${KEY}) ${ofStack(PAST.served, scope)}\n` +
        `and on (${KEY}) (${ofRelease(RELEASE.replicasUpdated, scope)} >= on (${KEY}) ${ofRelease(RELEASE.replicasWanted, scope)})\n` +
        `and on (${KEY}) (${ofRelease(RELEASE.replicasReady, scope)} >= on (${KEY}) ${ofRelease(RELEASE.replicasWanted, scope)})`;
      const reached = `${pods(scope, COMPONENTS.runtime)}\nand on (namespace, pod, ${METRIC_LABELS.model}) ${behindServices(scope)}`;
      return (
        `sum by (${list(RELEASE_LEVEL)}) (${reached})\n` +
        `unless on (${KEY}, ${METRIC_LABELS.revision}) ${routed(scope)}\nand on (${MODEL}) (${settled})`
      );
    },
    dashboard: "model",
  },
];
