import type { Keys } from "./keys.js";
import { isObject } from "./keys.js";

/** What a model makes of a prompt. */
export type Task = "generate" | "embed" | "score" | "classify";

/** transformers' number of labels where the file names none (configuration_utils.py, 5.19). */
const LABELS = 2;

/** What the model is for, by the class that its file names. */
export function readTask(root: Keys, architectures: readonly string[]): Task {
  const [name = ""] = architectures;
  if (/ForSequenceClassification$|ForRanking$/.test(name)) return readLabels(root) === 1 ? "score" : "classify";
  const isBare = /Model$/.test(name) && !/Chat(GLM)?Model$/.test(name);
  return isBare || /ForMaskedLM$/.test(name) ? "embed" : "generate";
}

/** Outputs of a model that scores or classifies. */
export function readLabels(root: Keys): number {
  const labels = root.raw("id2label");
  const named = isObject(labels) ? Object.keys(labels).length : LABELS;
  return root.count("num_labels", { default: named });
}
