/** What `vllm run-batch` is told: what `vllm serve` is told of the engine, and nothing of a server. */
import { ADMISSION_FLAGS, SERVE_ONLY_FLAGS } from "../../facts/vllm/runBatch.js";
import { versionNamed } from "../../facts/vllm/versions.js";
import { engineArguments } from "../arguments.js";
import type { RuntimePlan } from "../plan.js";
import { streams } from "./plan.js";

/** Bigger CUDA graphs and batches: the engine's own name for work that nobody waits for (vllm/config/vllm.py, 0.29.0 to 0.33.0). */
const THROUGHPUT = { value: "throughput", reason: "nobody waits for one answer of a batch" };

/** Arguments of `vllm run-batch` without its input and output. */
export function batchArguments(plan: RuntimePlan): string[] {
  const table = versionNamed(plan.vllmVersion)?.flags;
  const own = Object.entries(plan.flags).filter(([name]) => !SERVE_ONLY_FLAGS.has(name) && !ADMISSION_FLAGS.has(name));
  const flags = Object.fromEntries(own);
  const hasMode = table === undefined || table.has("performance-mode");
  const [model = "", ...rest] = engineArguments({
    ...plan,
    flags: { ...(hasMode && { "performance-mode": THROUGHPUT }), ...flags },
  });
  return [
    `--model=${model}`,
    ...rest,
    // What a replica would run and queue; more would only wait in memory.
    ...(streams(plan.vllmVersion) ? [`--max-inflight=${plan.concurrency.inFlight}`] : []),
  ];
}
