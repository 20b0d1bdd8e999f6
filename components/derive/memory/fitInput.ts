import { KV_CACHE_TYPES } from "../../facts/kvCacheTypes.js";
import type { Flags } from "../../contract/contract.js";
import { isPoolingTask } from "../../facts/models/task.js";
import type { FitInput } from "../../fit/fit.js";
import { draftShape } from "./draft.js";
import { fitSettings } from "./fitFlags.js";
import type { RuntimePlan } from "../plan.js";

/** Bytes of an element of the KV cache; those of 16 bits where the type is not known. */
export function kvElementBytes(type: unknown, headSize: number): number {
  const known = typeof type === "string" && Object.hasOwn(KV_CACHE_TYPES, type) ? type : "auto";
  return KV_CACHE_TYPES[known]!.elementBytes(headSize);
}

/** What the fit asks of a plan. */
export type FitDemand = Pick<RuntimePlan, "gpu" | "accelerator" | "context"> & {
  concurrency: Pick<RuntimePlan["concurrency"], "sequences" | "batchedTokens">;
  model: Pick<RuntimePlan["model"], "architecture" | "precision" | "task">;
  version: string | undefined;
  /** All flags, or those that the fit reads. */
  flags: Flags;
};

export function fitInputOf({ model, gpu, accelerator, context, concurrency, version, flags }: FitDemand): FitInput {
  const draft = draftShape(flags, gpu.count);
  return {
    model: model.architecture,
    precision: model.precision,
    gpu: accelerator,
    gpus: gpu.count,
    memoryUtilization: gpu.memoryUtilization,
    context,
    sequences: concurrency.sequences,
    batchedTokens: concurrency.batchedTokens,
    kvElementBytes: kvElementBytes(flags["kv-cache-dtype"]?.value, model.architecture.headSize),
    version,
    isPooling: isPoolingTask(model.task),
    ...fitSettings(flags),
    ...(draft !== undefined && { draft }),
  };
}

/** The fit's question for a plan. */
export function fitInput(plan: RuntimePlan): FitInput {
  return fitInputOf({ ...plan, version: plan.vllmVersion });
}
