/**
 * Autoscaling by KEDA on what a vLLM replica is short of: places for requests, and KV cache. Never on CPU, which an idle
 * engine keeps busy.
 *
 * All triggers are sums of one release with `AverageValue`, so that the wanted replicas are ceil(sum / threshold) whatever
 * runs now: a query that is already an average would make them oscillate
 * (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details).
 */
import type { IScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import type { RuntimeContract } from "../contract/contract.js";
import { METRIC_LABELS, METRICS } from "../vocabulary/labels.js";
import { runtimeName } from "../derive/runtime.js";

type Spec = IScaledObject["spec"];
type Trigger = Spec["triggers"][number];

/** KEDA 2.17 added `behavior`; the types are of an older one. */
export type ScaledObjectSpec = Omit<Spec, "fallback"> & {
  fallback: Spec["fallback"] & { behavior: "currentReplicasIfHigher" };
};

/** Share of the KV cache in use at which a replica is full: beyond it vLLM starts to preempt requests. */
const KV_CACHE_TARGET = 0.85;
const POLLING_SECONDS = 15;

/** Whether replicas may vary. */
export function isAutoscaled({ autoscaling }: RuntimeContract): boolean {
  return autoscaling.min !== autoscaling.max;
}

/** Labels of one release's targets, as its own PodMonitor has them: by no others can a series be mistaken for a scraped one. */
function selector(contract: RuntimeContract, namespace: string): string {
  const { name, release } = contract;
  const labels = {
    namespace,
    // What Prometheus' operator makes of a PodMonitor, which is named as its runtime.
    job: `${namespace}/${runtimeName(contract)}`,
    [METRIC_LABELS.model]: name,
    [METRIC_LABELS.release]: release,
  };
  return `{${Object.entries(labels)
    .map(([label, value]) => `${label}="${value}"`)
    .join(",")}}`;
}

/**
 * The queries of a release, each of exactly one series.
 *
 * A recording rule may give its series any labels, unless Prometheus enforces their namespace. So a series counts only beside
 * `up` of the same pod, once a pod, and up to what the contract lets a replica have: one that others made up adds nothing, or
 * no more than full replicas.
 */
export function queries(
  contract: RuntimeContract,
  namespace: string,
): Record<"inFlight" | "waiting" | "kvCache", string> {
  const of = selector(contract, namespace);
  const { sequences, inFlight } = contract.concurrency;
  const total = (metric: string, most: number): string =>
    `sum(clamp_max(max by (pod) (${metric}${of} and on (pod, instance) up${of}), ${most}))`;
  const waiting = total(METRICS.waiting, inFlight);
  // Without a pod there are no series, which must read as an error while pods should be there, and as 0 while none need be.
  const none = contract.autoscaling.min === 0 ? " or vector(0)" : "";
  return {
    inFlight: `${total(METRICS.running, sequences)} + ${waiting}${none}`,
    waiting: `${waiting}${none}`,
    kvCache: `${total(METRICS.kvCacheUsage, 1)}${none}`,
  };
}

/** Requests in flight that one replica aims at. */
export function inFlightTarget({ concurrency, autoscaling }: RuntimeContract): number {
  return Math.max(1, Math.round(concurrency.sequences * autoscaling.targetUtilization));
}

/**
 * Waiting requests that one replica aims at.
 *
 * As many as wait when a replica runs all it may and is as full as it can be, spread over the replicas that
 * {@link inFlightTarget} wants then: a burst asks for no more than its requests in flight need, while a replica that has requests
 * wait before it runs all it may, for want of KV cache, asks for more than they do.
 */
export function waitingTarget(contract: RuntimeContract): number {
  const { sequences, inFlight } = contract.concurrency;
  return Math.max(1, Math.ceil(inFlightTarget(contract) * (1 - sequences / inFlight)));
}

function trigger(name: string, serverAddress: string, query: string, threshold: number, activation?: number): Trigger {
  return {
    type: "prometheus",
    name,
    metricType: "AverageValue",
    metadata: {
      serverAddress,
      query,
      threshold: String(threshold),
      ...(activation !== undefined && { activationThreshold: String(activation) }),
      // An empty answer is a broken scrape, not an idle server: it must lead to the fallback.
      ignoreNullValues: "false",
    },
  };
}

export function scaledObjectSpec(
  contract: RuntimeContract,
  namespace: string,
  prometheusUrl: string,
): ScaledObjectSpec {
  const { min, max, scaleDownSeconds, activation } = contract.autoscaling;
  const { inFlight, waiting, kvCache } = queries(contract, namespace);
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: runtimeName(contract) },
    minReplicaCount: min,
    maxReplicaCount: max,
    pollingInterval: POLLING_SECONDS,
    // From the last replica to none; the others go by `behavior` below.
    cooldownPeriod: scaleDownSeconds,
    fallback: { failureThreshold: 3, replicas: Math.max(1, min), behavior: "currentReplicasIfHigher" },
    advanced: {
      horizontalPodAutoscalerConfig: {
        behavior: {
          scaleUp: {
            stabilizationWindowSeconds: 0,
            selectPolicy: "Max",
            policies: [
              { type: "Percent", value: 100, periodSeconds: 60 },
              { type: "Pods", value: 2, periodSeconds: 60 },
            ],
          },
          scaleDown: {
            stabilizationWindowSeconds: scaleDownSeconds,
            policies: [{ type: "Pods", value: 1, periodSeconds: 120 }],
          },
        },
      },
    },
    triggers: [
      trigger("in-flight", prometheusUrl, inFlight, inFlightTarget(contract)),
      trigger("waiting", prometheusUrl, waiting, waitingTarget(contract)),
      trigger("kv-cache", prometheusUrl, kvCache, KV_CACHE_TARGET),
      ...(activation === undefined
        ? []
        : // Only wakes: its threshold is out of reach, so that it never asks for a second replica.
          [trigger("activation", prometheusUrl, activation.query, 1_000_000_000, activation.threshold)]),
    ],
  };
}
