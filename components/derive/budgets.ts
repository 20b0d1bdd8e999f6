/** How long a replica may take to start, to stop and to be replaced. */
import type { CacheConfig } from "../contract/cache.js";
import { TUNING } from "./tuning.js";
import { pessimisticGiBPerSecond } from "./weights/rate.js";

const tens = (seconds: number): number => Math.ceil(seconds / 10) * 10;

/**
 * From the container's start to its first readiness. What fills a cache comes before the container starts, so that only reading
 * counts.
 */
export function startupSeconds(
  onDiskGiB: number,
  { downloads, cache }: { downloads: boolean; cache?: CacheConfig | undefined },
): number {
  const { engineSeconds, downloadGiBPerSecond } = TUNING.start;
  return tens(engineSeconds + onDiskGiB / (downloads ? downloadGiBPerSecond : pessimisticGiBPerSecond(cache)));
}

/** Between the decision to stop a pod and SIGTERM. */
export function preStopSeconds(): number {
  return TUNING.stop.preStopSeconds;
}

/** `terminationGracePeriodSeconds`: longer than the drain, or the kubelet kills what vLLM still serves. */
export function graceSeconds({ drainSeconds }: { drainSeconds: number }): number {
  return TUNING.stop.preStopSeconds + drainSeconds + TUNING.stop.exitSeconds;
}

/** What a rollout may have to fetch first: onto each node that is new, where nodes fill folders of their own. */
interface Fetched {
  weightsGiB?: number;
  cache?: CacheConfig | undefined;
}

function nodeFillSeconds({ weightsGiB = 0, cache }: Fetched): number {
  return cache?.kind === "node" ? tens(weightsGiB / TUNING.start.downloadGiBPerSecond) : 0;
}

/** Longest time a rollout may make no progress: a node, an image, a model load. */
export function progressDeadlineSeconds(plan: Fetched & { startupSeconds: number }): number {
  return TUNING.start.nodeSeconds + nodeFillSeconds(plan) + plan.startupSeconds;
}

/** How long to wait for a rollout: replicas are replaced one after the other, and each old one drains. */
export function rolloutSeconds(
  plan: Fetched & { startupSeconds: number; drainSeconds: number; autoscaling: { max: number } },
): number {
  const { nodeSeconds } = TUNING.start;
  return nodeSeconds + nodeFillSeconds(plan) + plan.autoscaling.max * (plan.startupSeconds + graceSeconds(plan));
}
