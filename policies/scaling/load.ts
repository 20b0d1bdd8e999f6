/** What autoscalers measure: whether it is CPU or memory, which do not follow the load of an engine. */
import { metricsIn, partsOf } from "../read/promql.js";

/** What an autoscaler reads. */
export interface Measure {
  /** Name of a resource or a metric, a query of Prometheus', or another text that says what is read. */
  text: string;
  /** Whether it is a query of Prometheus', in which labels are no metrics. */
  isPromQl?: boolean;
}

export type Unfit = "cpu" | "memory";

/** Of vLLM's KV cache in the node's memory, and of GPUs: they have the words, too. */
const OTHER = /cpu_(cache|prefix|kv)|kv_offload|gpu|dcgm|(^|_)fb_|vram|hbm/i;
/** As a word of its own: `container_cpu_usage`, `kubernetes.io|container|cpu|…`, `CPUUtilization`, `cpuUsed`. */
const CPU = [/(^|[^a-z])cpus?([^a-z]|$)/i, /CPU|[a-z]Cpu|(^|[^a-zA-Z])cpu[A-Z]/];
const MEMORY = [/(^|[^a-z])(memory|mem|rss)([^a-z]|$)/i, /[mM]emory(Util|Us)|MEMORY/];

/** `cpu` or `memory` where the measure is one of them. */
export function unfitIn({ text, isPromQl = false }: Measure): Unfit | undefined {
  const names = isPromQl ? metricsIn(partsOf(text)) : [text];
  for (const name of names) {
    if (OTHER.test(name)) continue;
    if (CPU.some((form) => form.test(name))) return "cpu";
    if (MEMORY.some((form) => form.test(name))) return "memory";
  }
  return undefined;
}

/** Metrics of vLLM's, also as adapters and other systems write them: `vllm_num_requests_running`, `vllm.num_requests_running`. */
export function isOfVllm({ text }: Measure): boolean {
  return /(^|[^a-z0-9_])vllm[:_.](num_requests|kv_cache|gpu_cache|e2e_request|time_to_first|request_|prompt_tokens|generation_tokens|iteration_tokens)/i.test(
    text,
  );
}
