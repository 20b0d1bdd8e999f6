/** A batch with everything that its config leads to. */
import type { Parts } from "../../config/parts.js";
import type { BatchConfig, BatchInput, BatchOutput } from "../../contract/batch.js";
import { autoscalingSchema } from "../../contract/schema.js";
import { STREAMS_SINCE } from "../../facts/vllm/runBatch.js";
import { isBefore } from "../../facts/vllm/version.js";
import type { ModelKeys, RuntimePlan } from "../plan.js";
import { TUNING } from "../tuning.js";

/** Lines go through an engine of the batch's own. */
export interface OwnEngine {
  release: RuntimePlan;
}

/** Lines go to a model that is served already. */
export interface Routed {
  route: {
    /** The model's key, which its Service is named after. */
    model: string;
    /** Requests in flight, of all pods together. */
    concurrency: number;
    /** Secret with the model's key. */
    apiKey: { name: string; key: string };
    /** The model's scheduler takes priorities: what people wait for goes first. */
    hasPriorities: boolean;
    servedName: string;
    image: string;
  };
}

type Optional<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** What a batch is made of. */
export interface BatchPlan
  extends
    Pick<
      BatchConfig,
      "class" | "endpoint" | "badLines" | "parallelism" | "retries" | "deadlineSeconds" | "ttlSeconds" | "suspend"
    >,
    Optional<Pick<BatchConfig, "schedule" | "timeZone" | "queue" | "podIdentity">> {
  /** The batch's key in the stack config. */
  name: string;
  /** Name of the model in the lines. */
  servedName: string;
  shardLines: number;
  /** @default each run is given one */
  input?: BatchInput;
  output: BatchOutput;
  /** Image of what checks, cuts, sends and joins. */
  image: string;
  work: OwnEngine | Routed;
}

/** Whether a batch has pods with GPUs. */
export function hasEngine(work: BatchPlan["work"]): work is OwnEngine {
  return "release" in work;
}

/** Keys of the release's plan that a model would give. No autoscaler scales a batch, and no proxy drains it. */
export function engineKeys(trafficClass: Parts<BatchConfig["class"]>, servedName: Parts<string>): Parts<ModelKeys> {
  return {
    class: trafficClass,
    servedNames: [servedName],
    autoscaling: autoscalingSchema.parse({ min: 0 }),
    drainSeconds: TUNING.batch.graceSeconds,
  };
}

/** Whether a version writes results as they come; of one that nobody knows, as the newest does. */
export function streams(version: string | undefined): boolean {
  return version === undefined || !isBefore(version, STREAMS_SINCE);
}
