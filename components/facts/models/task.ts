/** What a model makes of a prompt: text, a vector, a score of two texts, or labels. */
export const TASKS = ["generate", "embed", "score", "classify"] as const;

export type Task = (typeof TASKS)[number];

/**
 * Whether a task reads what the model keeps of a prompt, and generates nothing: vLLM's `--runner pooling`
 * (https://docs.vllm.ai/en/stable/models/pooling_models/, read 2026-11-26).
 */
export function isPoolingTask(task: Task): boolean {
  return task !== "generate";
}
