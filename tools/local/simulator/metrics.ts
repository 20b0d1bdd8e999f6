/** A vLLM server's metrics, and how requests spread over the servers behind a Service. */
import { METRICS } from "../../../components/vocabulary/metrics/vllm.js";

/** Load of a Service: requests sent to it, and KV cache in use, where 1 is the whole cache of one replica. */
export interface Load {
  inFlight: number;
  kvCache: number;
}

/** Load of one replica. */
export interface ReplicaLoad {
  running: number;
  waiting: number;
  /** 0 to 1. */
  kvCache: number;
}

/** Limits of a replica: requests that run (`--max-num-seqs`), and that run or wait (`--max-num-queued-reqs`). */
export interface Limits {
  sequences: number;
  inFlight: number;
}

/** The part of a load that replica `index` of `replicas` gets, as evenly as whole requests go. */
export function partOf({ inFlight, kvCache }: Load, index: number, replicas: number): Load {
  const more = index < inFlight % replicas ? 1 : 0;
  return { inFlight: Math.floor(inFlight / replicas) + more, kvCache: kvCache / replicas };
}

/** Running and waiting requests of a replica; refused ones are in no metric. */
export function replicaLoad({ inFlight, kvCache }: Load, limits: Limits): ReplicaLoad {
  const taken = Math.min(inFlight, limits.inFlight);
  const running = Math.min(taken, limits.sequences);
  return { running, waiting: taken - running, kvCache: Math.min(1, kvCache) };
}

/** The text of `/metrics`, in vLLM's names and with its labels. */
export function metricsText(modelName: string, { running, waiting, kvCache }: ReplicaLoad): string {
  const gauges: [name: string, value: number][] = [
    [METRICS.running, running],
    [METRICS.waiting, waiting],
    [METRICS.kvCacheUsage, kvCache],
  ];
  return gauges
    .map(
      ([name, value]) => `# TYPE ${name} gauge\n${name}{engine="0",model_name=${JSON.stringify(modelName)}} ${value}\n`,
    )
    .join("");
}
