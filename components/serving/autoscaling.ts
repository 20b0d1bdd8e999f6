/**
 * Autoscaling by KEDA on what a vLLM replica is short of: places for requests, and KV cache. Never on CPU, which an idle
 * engine keeps busy.
 *
 * All triggers are sums of one release with `AverageValue`, so that the wanted replicas are ceil(sum / threshold) whatever
 * runs now: a query that is already an average would make them oscillate
 * (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details).
 */
import type { IScaledObject } from "@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject";
import { activationQuery, POLLING_SECONDS } from "../derive/gateway/fromZero.js";
import type { RuntimePlan } from "../derive/plan.js";
import type { Autoscaling } from "../contract/schema.js";
import type { Trigger as OwnTrigger } from "../contract/triggers.js";
import type { Monitoring } from "../engine/environment.js";
import { authenticationMetadata } from "./triggerAuthentication.js";
import { seriesOf } from "./monitors.js";
import type { ReleaseLoad } from "../derive/route.js";
import {
  inFlightTarget,
  kvCacheTarget,
  loadQueries,
  queries,
  scaleDownSeconds,
  waitingTarget,
} from "../derive/scaling.js";

type Spec = IScaledObject["spec"];
type Trigger = Spec["triggers"][number];

/** KEDA 2.17 added `behavior`; the types are of an older one. */
export type ScaledObjectSpec = Omit<Spec, "fallback"> & {
  fallback: Spec["fallback"] & { behavior: Fallback["behavior"] };
};

type Fallback = NonNullable<Autoscaling["fallback"]>;

function fallbackOf(stated: Fallback | undefined, min: number): ScaledObjectSpec["fallback"] {
  if (stated === undefined)
    return { failureThreshold: 3, replicas: Math.max(1, min), behavior: "currentReplicasIfHigher" };
  const { failureThreshold, replicas, behavior } = stated;
  return { failureThreshold, replicas, behavior };
}

/** Whom the queries ask. */
export interface MetricsSource extends Pick<Monitoring, "monitors" | "seriesLabels" | "authentication"> {
  url: string;
  /** The stack, whose gateway wakes models at zero. @default any */
  stack?: string;
  /** Name of the TriggerAuthentication. @default none */
  triggerAuthentication?: string;
}

/** What every query needs to reach Prometheus. */
function connection({ url, authentication, triggerAuthentication }: MetricsSource) {
  return {
    metadata: { serverAddress: url, ...authenticationMetadata(authentication) },
    ...(triggerAuthentication !== undefined && { authenticationRef: { name: triggerAuthentication } }),
  };
}

function trigger(name: string, source: MetricsSource, query: string, threshold: number, activation?: number): Trigger {
  const { metadata, ...authentication } = connection(source);
  return {
    type: "prometheus",
    name,
    metricType: "AverageValue",
    ...authentication,
    metadata: {
      ...metadata,
      query,
      threshold: String(threshold),
      ...(activation !== undefined && { activationThreshold: String(activation) }),
      // An empty answer is a broken scrape, not an idle server: it must lead to the fallback.
      ignoreNullValues: "false",
    },
  };
}

/** A trigger of the config's own; of Prometheus' queries each is summed to one series, which is all that KEDA reads. */
function ownTrigger(name: string, own: OwnTrigger, source: MetricsSource): Trigger {
  const { type, metadata, metricType, authenticationRef } = own;
  const reference = authenticationRef === undefined ? {} : { authenticationRef: { name: authenticationRef } };
  if (type !== "prometheus") return { type, name, metricType, ...reference, metadata };
  const stack = metadata["serverAddress"] === undefined ? connection(source) : { metadata: {} };
  return {
    type,
    name,
    metricType,
    ...stack,
    ...reference,
    // The query's last line may be a comment.
    metadata: { ...stack.metadata, ...metadata, query: `sum(${metadata["query"]}\n)`, ignoreNullValues: "false" },
  };
}

/** What wakes a release at zero: the config's own query, else requests at the gateway. */
function activationOf(plan: RuntimePlan, namespace: string, { stack }: MetricsSource): Autoscaling["activation"] {
  const { min, activation } = plan.autoscaling;
  if (activation !== undefined || min > 0 || plan.gateway?.fromZero === undefined) return activation;
  return { query: activationQuery(plan, namespace, stack), threshold: 0 };
}

/** The model's load that a release is to hold, at the targets of its own. */
function loadTriggers(load: ReleaseLoad, plan: RuntimePlan, namespace: string, source: MetricsSource): Trigger[] {
  const { inFlight, kvCache } = loadQueries(load, plan, namespace, seriesOf(source));
  return [
    trigger("route-in-flight", source, inFlight, inFlightTarget(plan)),
    trigger("route-kv-cache", source, kvCache, kvCacheTarget()),
  ];
}

/** @param load of its model, that the release has to hold besides its own @default none */
export function scaledObjectSpec(
  plan: RuntimePlan,
  scaleTargetRef: Spec["scaleTargetRef"],
  namespace: string,
  source: MetricsSource,
  load?: ReleaseLoad,
): ScaledObjectSpec {
  const { min, max, triggers = {}, behavior, fallback } = plan.autoscaling;
  const activation = activationOf(plan, namespace, source);
  const { inFlight, waiting, kvCache } = queries(plan, namespace, seriesOf(source));
  const windowSeconds = scaleDownSeconds(plan);
  return {
    scaleTargetRef,
    minReplicaCount: min,
    maxReplicaCount: max,
    pollingInterval: POLLING_SECONDS,
    // From the last replica to none; the others go by `behavior` below.
    cooldownPeriod: windowSeconds,
    fallback: fallbackOf(fallback, min),
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
            ...behavior?.scaleUp,
          },
          scaleDown: {
            stabilizationWindowSeconds: windowSeconds,
            policies: [{ type: "Pods", value: 1, periodSeconds: 120 }],
            ...behavior?.scaleDown,
          },
        },
      },
    },
    triggers: [
      trigger("in-flight", source, inFlight, inFlightTarget(plan)),
      trigger("waiting", source, waiting, waitingTarget(plan)),
      trigger("kv-cache", source, kvCache, kvCacheTarget()),
      ...(load === undefined ? [] : loadTriggers(load, plan, namespace, source)),
      ...(activation === undefined
        ? []
        : // Only wakes: its threshold is out of reach, so that it never asks for a second replica.
          [trigger("activation", source, activation.query, 1_000_000_000, activation.threshold)]),
      ...Object.entries(triggers).map(([name, own]) => ownTrigger(name, own, source)),
    ],
  };
}
