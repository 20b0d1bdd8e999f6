/** What every part of the overhead is asked with. */
import { type OverheadRules, overheadRules } from "../../facts/vllm/overhead.js";
import { NEWEST_VERSION } from "../../facts/vllm/versions.js";
import type { FitInput } from "../input.js";

/** Bytes of an activation: models compute in 16 bits, however their weights are kept. */
export const ELEMENT_BYTES = 2;

export interface OverheadQuestion extends FitInput {
  /** GPUs that a copy of the attention layers is split over. */
  tensorParallel: number;
  /** What the version does. */
  rules: OverheadRules;
}

export function overheadQuestion(input: FitInput): OverheadQuestion {
  const tensorParallel = Math.max(1, input.gpus / (input.dataParallel ?? 1));
  return { ...input, tensorParallel, rules: overheadRules(input.version ?? NEWEST_VERSION.version) };
}
