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

/**
 * What follows `vllm serve`, the image's entrypoint: the model, what the contract owns in a fixed order, then its flags
 * by name. Everything that the fit rests on is said, so that a changed default of a new vLLM cannot undo it.
 */
export function serveArguments(plan: RuntimePlan): string[] {
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
    `--max-num-queued-reqs=${concurrency.inFlight}`,
    `--max-num-batched-tokens=${concurrency.batchedTokens}`,
    `--tensor-parallel-size=${gpu.count}`,
    `--gpu-memory-utilization=${gpu.memoryUtilization}`,
    `--shutdown-timeout=${plan.drainSeconds}`,
    "--host=0.0.0.0",
    `--port=${HTTP_PORT}`,
    ...(plan.chatTemplate === undefined ? [] : [`--chat-template=${TEMPLATE_FOLDER}/${TEMPLATE_FILE}`]),
    ...renderFlags(loadedFlags(plan), table),
  ];
}
