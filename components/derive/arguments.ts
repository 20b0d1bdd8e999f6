import { versionNamed } from "../facts/vllm/versions.js";
import { TEMPLATE_FILE, TEMPLATE_FOLDER } from "../vocabulary/paths.js";
import { HTTP_PORT } from "../vocabulary/ports.js";
import { renderFlags } from "./flags.js";
import type { RuntimePlan } from "./plan.js";
import { runnerArguments } from "./task.js";
import { loadedFlags, modelArguments } from "./weights/loading.js";

/** vLLM's argument for a precision; a checkpoint that is already quantised says so itself. */
function precisionArguments({ precision, quantizeAtLoad }: RuntimePlan["model"]): string[] {
  const dtype = precision === "bf16" ? "bfloat16" : precision === "fp16" ? "float16" : "auto";
  return [`--dtype=${dtype}`, ...(quantizeAtLoad ? [`--quantization=${precision}`] : [])];
}

/** What follows `vllm serve`, the image's entrypoint: what the engine is told, and what a server alone has. */
export function serveArguments(plan: RuntimePlan): string[] {
  return argumentsOf(plan, {
    admission: [`--max-num-queued-reqs=${plan.concurrency.inFlight}`],
    server: [`--shutdown-timeout=${plan.drainSeconds}`, "--host=0.0.0.0", `--port=${HTTP_PORT}`],
  });
}

/** What every engine is told, whatever brings it its requests; the model comes first. */
export function engineArguments(plan: RuntimePlan): string[] {
  return argumentsOf(plan, { admission: [], server: [] });
}

/**
 * The model, what the contract owns in a fixed order, then its flags by name. Everything that the fit rests on is said, so that a
 * changed default of a new vLLM cannot undo it.
 */
function argumentsOf(plan: RuntimePlan, { admission, server }: { admission: string[]; server: string[] }): string[] {
  const { model, gpu, concurrency } = plan;
  const table = versionNamed(plan.vllmVersion)?.flags;
  return [
    ...modelArguments(plan),
    "--served-model-name",
    ...plan.servedNames,
    ...runnerArguments(model.task, plan.flags),
    ...precisionArguments(model),
    `--max-model-len=${plan.context}`,
    `--max-num-seqs=${concurrency.sequences}`,
    ...admission,
    `--max-num-batched-tokens=${concurrency.batchedTokens}`,
    `--tensor-parallel-size=${gpu.count}`,
    `--gpu-memory-utilization=${gpu.memoryUtilization}`,
    ...server,
    ...(plan.chatTemplate === undefined ? [] : [`--chat-template=${TEMPLATE_FOLDER}/${TEMPLATE_FILE}`]),
    ...renderFlags(loadedFlags(plan), table),
  ];
}
