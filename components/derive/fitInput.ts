import type { FitInput } from "../fit/fit.js";
import type { RuntimePlan } from "./plan.js";

/** 8-bit types of the KV cache (`--kv-cache-dtype`). */
const EIGHT_BIT_KV = /^(fp8|int8)/;

/** What the fit asks of a plan. */
export type FitDemand = Pick<RuntimePlan, "gpu" | "accelerator" | "context"> & {
  concurrency: Pick<RuntimePlan["concurrency"], "sequences" | "batchedTokens">;
  model: Pick<RuntimePlan["model"], "architecture" | "precision">;
  /** Value of the flag, if it is set. */
  kvCacheType: unknown;
};

export function fitInputOf({ model, gpu, accelerator, context, concurrency, kvCacheType }: FitDemand): FitInput {
  return {
    model: model.architecture,
    precision: model.precision,
    gpu: accelerator,
    gpus: gpu.count,
    memoryUtilization: gpu.memoryUtilization,
    context,
    sequences: concurrency.sequences,
    batchedTokens: concurrency.batchedTokens,
    kvElementBytes: typeof kvCacheType === "string" && EIGHT_BIT_KV.test(kvCacheType) ? 1 : 2,
  };
}

/** The fit's question for a plan. */
export function fitInput(plan: RuntimePlan): FitInput {
  return fitInputOf({ ...plan, kvCacheType: plan.flags["kv-cache-dtype"]?.value });
}
