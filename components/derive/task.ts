/** What a release's requests are for, and how vLLM is told. */
import type { Flags } from "../contract/contract.js";
import type { ReleaseConfig } from "../contract/schema.js";
import { MODELS } from "../facts/models/catalogue.js";
import { isPoolingTask, type Task } from "../facts/models/task.js";

type ModelConfig = Pick<ReleaseConfig["model"], "id" | "task">;

/** The task that is stated, else the catalogue's; `undefined` where neither says any. */
export function knownTask({ id, task }: ModelConfig): Task | undefined {
  return task ?? MODELS[id]?.task;
}

/** A release's task. Of a model whose task nobody states, flags decide; without them it generates. */
export function taskOf(model: ModelConfig, flags: Flags): Task {
  const known = knownTask(model) ?? "generate";
  if (model.task !== undefined || isPoolingTask(known)) return known;
  const convert = flags["convert"]?.value;
  if (convert === "embed" || convert === "classify") return convert;
  return flags["runner"]?.value === "pooling" ? "embed" : known;
}

/**
 * The runner of a task, where no flag says it. vLLM finds one by itself (`--runner auto`), by the architecture and by files that come
 * with a model for Sentence Transformers; of a model that generates, too, only a flag tells it (`_get_default_runner_type`,
 * vllm/config/model.py, 0.29.0 to 0.33.0). How it makes vectors or labels then follows from the runner (`--convert auto`).
 */
export function runnerArguments(task: Task, flags: Flags): string[] {
  const convert = flags["convert"]?.value;
  const isSaid = "runner" in flags || convert === "embed" || convert === "classify";
  return isPoolingTask(task) && !isSaid ? ["--runner=pooling"] : [];
}
