/** Which service levels hold of a model, and on which edges they are read. */
import type { SloConfig } from "../../contract/observability/slo.js";
import type { BucketFamily } from "../../facts/vllm/histogramBuckets.js";
import { isPoolingTask } from "../../facts/models/task.js";
import { OBJECTIVES, type Objective } from "../../vocabulary/metrics/recorded.js";
import type { ServedModel } from "../servedModel.js";
import { leOf } from "./buckets.js";

/** A service level. */
export interface ServiceLevel {
  slo: Objective;
  /** Share of the requests that have to be good, above 0 and below 1. */
  target: number;
  /** Within how many seconds a request is good; absent of availability. */
  seconds?: number;
  /** The same as the label `le` has it. */
  le?: string;
}

/** Service levels on latency: their keys in the config, and the histograms that they are read from. */
export const LATENCIES = {
  ttft: { slo: OBJECTIVES.ttft, family: "time_to_first_token" },
  interTokenLatency: { slo: OBJECTIVES.interTokenLatency, family: "inter_token_latency" },
} as const satisfies Partial<Record<keyof SloConfig, { slo: Objective; family: BucketFamily }>>;
export const LATENCY_KEYS = Object.keys(LATENCIES) as (keyof typeof LATENCIES)[];

/** Whether any release generates text, token by token. */
function generates({ releases }: Pick<ServedModel, "releases">): boolean {
  return [...releases.values()].some(({ model }) => !isPoolingTask(model.task));
}

/**
 * The service levels of a model: its own, else of an interactive model those of the environment. Models that make vectors, scores or
 * labels have no tokens to wait for, so that of the environment's only availability holds of them.
 *
 * @param environment `vllm:observability.slo` @default none
 */
export function objectivesOf(
  model: Pick<ServedModel, "slo" | "class" | "releases">,
  environment?: SloConfig,
): ServiceLevel[] {
  const stated = model.slo ?? (model.class === "interactive" ? environment : undefined);
  if (stated === undefined) return [];
  const latencies = LATENCY_KEYS.flatMap((key): ServiceLevel[] => {
    const latency = stated[key];
    if (latency === undefined || !generates(model)) return [];
    const { seconds, target } = latency;
    return [{ slo: LATENCIES[key].slo, target, seconds, le: leOf(seconds) }];
  });
  const { availability } = stated;
  return [
    ...latencies,
    ...(availability === undefined ? [] : [{ slo: OBJECTIVES.availability, target: availability }]),
  ];
}
