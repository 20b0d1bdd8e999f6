/** Replicas that have too much to do. */
import { RELEASE, TARGETS } from "../../vocabulary/metrics/recorded.js";
import type { Alert } from "./alert.js";
import { BY_RELEASE, KEY, ofRelease, RELEASE_NAME, target } from "./series.js";
import { ofStack } from "../promql.js";

export const CAPACITY: readonly Alert[] = [
  {
    name: "VllmPreemptions",
    summary: `${RELEASE_NAME}: requests are preempted for want of KV cache`,
    description:
      "{{ $value | humanize }} requests a second lose their KV cache and are computed again " +
      "(namespace {{ $labels.namespace }}, GPU {{ $labels.vllm_gpu }}): answers stall, and GPU time is spent twice.",
    condition: "preemptions a second of a release, over 1 minute, are above the threshold",
    expr: (scope, threshold) => `${ofRelease(RELEASE.preemptions, scope)} > ${threshold}`,
    dashboard: "model",
  },
  {
    name: "VllmKvCacheFull",
    summary: `${RELEASE_NAME}: the KV cache is nearly full`,
    description:
      "The fullest replica has {{ $value | humanizePercentage }} of its KV cache in use " +
      "(namespace {{ $labels.namespace }}, GPU {{ $labels.vllm_gpu }}). Beyond it requests wait or are preempted.",
    condition: "the share of its KV cache that the fullest replica uses is above the threshold",
    expr: (scope, threshold) => `max ${BY_RELEASE} (${ofStack(RELEASE.kvCacheUsage, scope)}) > ${threshold}`,
    dashboard: "model",
  },
  {
    name: "VllmRequestsWaiting",
    summary: `${RELEASE_NAME}: requests wait for a place`,
    description:
      "{{ $value | humanize }} requests wait for each ready replica (namespace {{ $labels.namespace }}): " +
      "more than the autoscaler aims at, and for longer than a new replica should take to be asked for.",
    condition:
      "waiting requests for each ready replica are above the threshold times the target of the autoscaler (`waiting_target`)",
    expr: (scope, threshold) => {
      const ready = `clamp_min(sum by (${KEY}) (${ofStack(RELEASE.replicasReady, scope)}), 1)`;
      return (
        `${ofRelease(RELEASE.waiting, scope)} / on (${KEY}) group_left () ${ready}\n` +
        `> on (${KEY}) group_left () (${threshold} * ${target(TARGETS.waitingTarget, scope)})`
      );
    },
    dashboard: "model",
  },
  {
    name: "VllmRefusals",
    summary: `${RELEASE_NAME}: requests are refused`,
    description:
      "{{ $value | humanize }} requests a second are turned away since all places of the replicas are taken " +
      "(namespace {{ $labels.namespace }}): clients get an error at once.",
    condition:
      "refused requests a second of a release, over 5 minutes, are above the threshold; of vLLM before 0.32, which does not count " +
      "them, all that end in a 5xx",
    expr: (scope, threshold) =>
      `(${ofRelease(RELEASE.refusals, scope)}\nor ${ofRelease(RELEASE.http, scope, { status: "5xx" })}) > ${threshold}`,
    dashboard: "model",
  },
];
