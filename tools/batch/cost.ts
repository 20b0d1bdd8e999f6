/** What a run has cost so far: an estimate. */
import { LABELS } from "../../components/vocabulary/labels.js";
import { gpusAmong } from "../../components/vocabulary/nodes.js";
import type { TrafficClass } from "../../components/vocabulary/traffic.js";
import { type CostRange, replicaCost } from "../../components/derive/nodes/cost.js";
import { nodeGroupsOf } from "../../stacks/clusterConfig.js";
import type { Batch, Target } from "./batches.js";
import type { Progress } from "./progress.js";

const HOUR_SECONDS = 3600;

/** What a worker costs an hour, by its share of a node's GPUs. `undefined` without GPUs of its own, or without a known price. */
export function workerHour({ spec: { workers } }: Batch, { config }: Pick<Target, "config">): CostRange | undefined {
  if (workers === undefined) return undefined;
  const { metadata, spec } = workers.job;
  const { [LABELS.gpu]: type, [LABELS.class]: trafficClass } = metadata?.labels ?? {};
  const [container] = spec.template.spec.containers;
  const { limits } = (container?.["resources"] ?? {}) as { limits?: Record<string, string> };
  const count = gpusAmong(limits);
  if (type === undefined || trafficClass === undefined || count === 0) return undefined;
  return replicaCost({ class: trafficClass as TrafficClass, gpu: { type, count } }, nodeGroupsOf(config.cluster));
}

/**
 * Hours of workers by what one costs on demand: at most what is paid on spot nodes. Time in which a node starts or rests is not in
 * it, nor anything but nodes.
 */
export function costSoFar({ workerSeconds }: Progress, hour: CostRange | undefined): number | undefined {
  if (hour === undefined || workerSeconds === undefined) return undefined;
  return (workerSeconds / HOUR_SECONDS) * hour.maxUsd;
}
