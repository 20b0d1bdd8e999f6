/**
 * Autoscaling by KEDA on what a vLLM replica is short of: places for requests, and KV cache. Never on CPU, which an idle
 * engine keeps busy.
 *
 * All triggers are sums of one release with `AverageValue`, so that the wanted replicas are ceil(sum / threshold) whatever
 * runs now: a query that is already an average would make them oscillate
 * (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details).
 */
import type { IScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import type { RuntimePlan } from "../derive/plan.js";
import { inFlightTarget, kvCacheTarget, queries, waitingTarget } from "../derive/scaling.js";

type Spec = IScaledObject["spec"];
type Trigger = Spec["triggers"][number];

/** KEDA 2.17 added `behavior`; the types are of an older one. */
export type ScaledObjectSpec = Omit<Spec, "fallback"> & {
  fallback: Spec["fallback"] & { behavior: "currentReplicasIfHigher" };
};

const POLLING_SECONDS = 15;

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
  plan: RuntimePlan,
  scaleTargetRef: Spec["scaleTargetRef"],
  namespace: string,
  prometheusUrl: string,
): ScaledObjectSpec {
  const { min, max, scaleDownSeconds, activation } = plan.autoscaling;
  const { inFlight, waiting, kvCache } = queries(plan, namespace);
  return {
    scaleTargetRef,
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
      trigger("in-flight", prometheusUrl, inFlight, inFlightTarget(plan)),
      trigger("waiting", prometheusUrl, waiting, waitingTarget(plan)),
      trigger("kv-cache", prometheusUrl, kvCache, kvCacheTarget()),
      ...(activation === undefined
        ? []
        : // Only wakes: its threshold is out of reach, so that it never asks for a second replica.
          [trigger("activation", prometheusUrl, activation.query, 1_000_000_000, activation.threshold)]),
    ],
  };
}
