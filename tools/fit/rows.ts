/** The answer as JSON, for programs. */
import { printableJson } from "../../components/config/printable.js";
import type { Planned } from "../../components/fit/planner.js";

/** Numbers of memory are GiB a GPU; `null` where there is none: no machine, no price, or a model that cannot be split so. */
export interface FitRow {
  gpu: string;
  gpus: number;
  machine: string | null;
  hourlyUsd: number | null;
  weightsGiBPerGpu: number | null;
  overheadGiBPerGpu: number | null;
  /** Negative where not even weights and overhead fit. */
  kvCacheGiBPerGpu: number | null;
  kvCacheTokens: number | null;
  fullLengthRequests: number | null;
  largestContext: number | null;
  fits: boolean;
  /** Everything in the way; empty where it fits. */
  reasons: string[];
}

/** Three decimals, towards less: what almost fits once does not. */
const floored = (value: number): number => Math.floor(value * 1000) / 1000;

function rowOf({ gpu, gpus, machine, hourlyUsd, fit, reasons }: Planned): FitRow {
  return {
    gpu: gpu.type,
    gpus,
    machine: machine ?? null,
    hourlyUsd: hourlyUsd ?? null,
    weightsGiBPerGpu: fit === undefined ? null : floored(fit.weightsGiBPerGpu),
    overheadGiBPerGpu: fit === undefined ? null : floored(fit.overheadGiBPerGpu),
    kvCacheGiBPerGpu: fit === undefined ? null : floored(fit.kvCacheGiBPerGpu),
    kvCacheTokens: fit?.kvCacheTokens ?? null,
    fullLengthRequests: fit === undefined ? null : floored(fit.fullLengthRequests),
    largestContext: fit?.largestContext ?? null,
    fits: reasons.length === 0,
    reasons: reasons.map(({ message }) => message),
  };
}

export function rowsJson(rows: readonly Planned[]): string {
  return printableJson(JSON.stringify({ rows: rows.map(rowOf) }, null, 2));
}
