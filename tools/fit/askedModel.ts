import type { Architecture } from "../../components/facts/models/architecture.js";
import { isPoolingTask, type Task } from "../../components/facts/models/task.js";
import type { Precision } from "../../components/facts/precisions.js";

/** A model that is asked about, wherever its shape is from. */
export interface AskedModel {
  /** Hub id, or the file. */
  name: string;
  architecture: Architecture;
  /** Of the published weights. */
  precision: Precision;
  /** Makes vectors or scores, no text. */
  isPooling: boolean;
  /** Whether a prompt has to fit into one step. */
  takesWholePrompts: boolean;
  /** Where the shape is from. */
  source: string;
  /** What its config.json has and was not read, or was taken for granted. */
  notRead: string[];
}

/** How prompts are taken by a model of this task. */
export function promptsOf(
  task: Task,
  { attention }: Architecture,
): Pick<AskedModel, "isPooling" | "takesWholePrompts"> {
  const isPooling = isPoolingTask(task);
  // Attention in both directions needs the prompt at once; one that looks back alone reads its last token by default
  // (`is_chunked_prefill_supported`, vllm/config/model.py, 0.33.0).
  return { isPooling, takesWholePrompts: isPooling && attention?.length === 0 };
}
