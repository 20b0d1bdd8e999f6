/** The trial run of the sampler, with every sequence that may run at once. */
import { PENALTY_BYTES } from "../../facts/vllm/overhead.js";
import { streamBytes } from "./layers.js";
import { ELEMENT_BYTES, type OverheadQuestion } from "./question.js";

/** Its widest moment, on one GPU: every GPU samples from all logits. */
export function samplerBytes(question: OverheadQuestion): number {
  const stream = streamBytes(question);
  // A pooler reads the last layer's output in 32 bits.
  if (question.isPooling) return stream * (1 + 4 / ELEMENT_BYTES);
  const { rules, tensorParallel } = question;
  const perLogit = usesSecondRunner(question) ? rules.secondSamplerBytes : rules.samplerBytes;
  // Gathered from all GPUs and put in order: a second copy of what the model makes (`_gather_logits`, logits_processor.py).
  const least = tensorParallel > 1 ? 2 * ELEMENT_BYTES : ELEMENT_BYTES;
  return stream + logits(question) * Math.max(perLogit, least);
}

/** What the second model runner holds for penalties, where what is held counts. */
export function penaltyBytes(question: OverheadQuestion): number {
  const counts = question.rules.countsAllHeld && !question.isPooling && usesSecondRunner(question);
  return counts ? logits(question) * PENALTY_BYTES : 0;
}

function logits({ model, sequences }: OverheadQuestion): number {
  return sequences * model.vocabularySize;
}

function usesSecondRunner({ model, draft, rules }: OverheadQuestion): boolean {
  // A draft model that is a model of its own is served by the first (`_get_v2_model_runner_unsupported_features`, vllm/config/vllm.py).
  if (rules.secondRunner === "none" || draft !== undefined) return false;
  const isDense = model.experts === undefined && !(model.attention ?? []).some(({ kind }) => kind === "state");
  return rules.secondRunner === "all" || isDense;
}
