/** Tokens of one engine step. */
import type { Flags } from "../../contract/contract.js";
import type { Gpu } from "../../facts/gpus.js";
import { MODELS } from "../../facts/models/catalogue.js";
import type { Architecture } from "../../facts/models/architecture.js";
import { isPoolingTask, type Task } from "../../facts/models/task.js";
import { wholeItemTokens } from "../../facts/vllm/batchedTokens.js";
import { NEWEST_VERSION, versionNamed } from "../../facts/vllm/versions.js";

/**
 * Whether a prompt has to fit into one step: where prefill is not chunked. vLLM raises its own default to the context there, and
 * refuses a stated budget below it (`_set_default_max_num_seqs_and_batched_tokens_args` of vllm/engine/arg_utils.py,
 * `verify_max_model_len` of vllm/config/scheduler.py, the same in 0.29.0 to 0.33.0).
 *
 * Pooling models are not chunked unless they read the last token alone (`is_chunked_prefill_supported`, vllm/config/model.py), which
 * is known of the catalogue's; flags decide for others.
 */
export function takesWholePrompts({ id, task, flags }: Pick<BatchDemand, "id" | "task" | "flags">): boolean {
  const chunked = flags["enable-chunked-prefill"]?.value;
  if (typeof chunked === "boolean") return !chunked;
  return isPoolingTask(task) && MODELS[id]?.pooling !== "last";
}

/** What the default rests on. */
export interface BatchDemand {
  id: string;
  task: Task;
  flags: Flags;
  accelerator: Gpu;
  context: number;
  version: string | undefined;
  architecture: Architecture;
}

/** The version's default, stated so that a later default changes nothing; of a version that is not known, the newest's. */
export function batchedTokens({ accelerator, context, version, architecture, ...prompts }: BatchDemand): number {
  const known = versionNamed(version) ?? NEWEST_VERSION;
  const byDefault = known.defaults.batchedTokens(accelerator);
  const whole = takesWholePrompts(prompts) ? context : 0;
  return Math.max(byDefault, wholeItemTokens(architecture, known.version), whole);
}
