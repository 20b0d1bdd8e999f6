import { GPUS } from "../../../components/facts/gpus.js";
import { MODELS } from "../../../components/facts/models/catalogue.js";
import type { FitInput } from "../../../components/fit/input.js";
import { type OverheadQuestion, overheadQuestion } from "../../../components/fit/overhead/question.js";

export const GIB = 2 ** 30;

/** Qwen3-8B on one L4 and vLLM 0.30.0: hidden size 4096, 36 layers, 32 heads, 8 KV heads of 128, feed-forward 12288, vocabulary 151936. */
export const CHAT: FitInput = {
  model: MODELS["Qwen/Qwen3-8B"]!,
  ...{ precision: "bf16", gpu: GPUS.l4, gpus: 1, memoryUtilization: 0.9, version: "0.30.0" },
  ...{ context: 8192, sequences: 16, batchedTokens: 2048, kvElementBytes: 2 },
};

/** Eight experts in each layer, of which a token passes two. */
export const MIXTURE: FitInput["model"] = { ...CHAT.model, experts: { count: 8, perToken: 2 }, intermediateSize: 1024 };

export function question(changes: Partial<FitInput> = {}): OverheadQuestion {
  return overheadQuestion({ ...CHAT, ...changes });
}
