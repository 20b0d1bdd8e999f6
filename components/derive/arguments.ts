import type { RuntimeContract } from "../contract/contract.js";
import { renderFlags } from "../checks/flags.js";
import { flagTable } from "../facts/vllm/versions.js";
import { withOwnDraftPinned } from "../checks/sources.js";

/** The port that vLLM listens on; its own default. */
export const HTTP_PORT = 8000;

/** Where the cache volume is mounted; everything vLLM writes goes below it. */
export const CACHE_PATH = "/cache";

/** vLLM's argument for a precision; a checkpoint that is already quantised says so itself. */
function precisionArguments({ precision, quantizeAtLoad }: RuntimeContract["model"]): string[] {
  const dtype = precision === "bf16" ? "bfloat16" : precision === "fp16" ? "float16" : "auto";
  return [`--dtype=${dtype}`, ...(quantizeAtLoad ? [`--quantization=${precision}`] : [])];
}

/**
 * What follows `vllm serve`, the image's entrypoint: the model, what the contract owns in a fixed order, then its flags
 * by name. Everything that the fit rests on is said, so that a changed default of a new vLLM cannot undo it.
 */
export function serveArguments(contract: RuntimeContract): string[] {
  const { model, gpu, concurrency } = contract;
  const table = contract.vllmVersion === undefined ? undefined : flagTable(contract.vllmVersion);
  return [
    model.id,
    `--revision=${model.revision}`,
    ...(model.tokenizer === model.id ? [] : [`--tokenizer=${model.tokenizer}`]),
    `--tokenizer-revision=${model.tokenizerRevision}`,
    // Code of another repository is not at this commit: the start fails, and does not run its main branch.
    ...(contract.flags["trust-remote-code"]?.value === true ? [`--code-revision=${model.revision}`] : []),
    "--served-model-name",
    ...contract.servedNames,
    ...precisionArguments(model),
    `--max-model-len=${contract.context}`,
    `--max-num-seqs=${concurrency.sequences}`,
    `--max-num-queued-reqs=${concurrency.inFlight}`,
    `--max-num-batched-tokens=${concurrency.batchedTokens}`,
    `--tensor-parallel-size=${gpu.count}`,
    `--gpu-memory-utilization=${gpu.memoryUtilization}`,
    `--shutdown-timeout=${contract.drainSeconds}`,
    "--host=0.0.0.0",
    `--port=${HTTP_PORT}`,
    ...renderFlags(withOwnDraftPinned(contract.flags, model.revision), table),
  ];
}
