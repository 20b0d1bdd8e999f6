/** What CUDA libraries, compilation and tuned kernels hold that is nobody's tensor. */
import type { OverheadQuestion } from "./question.js";

const GIB = 2 ** 30;

/** Kernels and workspaces of cuBLAS, Triton and FlashInfer. Logs of 0.10 to 0.30 leave 0.05 to 0.28 GiB to them. */
const LIBRARIES_GIB = 0.25;
/**
 * What a compilation leaves behind, where all that is held counts. Logs of 0.28 to 0.30 leave 0.4 to 0.9 GiB more to a server that compiles
 * than to an eager one; two starts of one server differ by 1.2 GiB.
 */
const COMPILATION_GIB = 0.45;
/**
 * What tuning the kernels of layers with a state leaves behind, where all that is held counts (`_warmup_prefill_kernels`,
 * vllm/model_executor/layers/mamba/gdn/qwen_gdn_linear_attn.py, 0.28.0). Of two logs of one model, 0.28 on an A100: 1.2 GiB that nothing else
 * explains; logs of 0.18 on H200 leave nothing to it.
 */
const TUNING_GIB = 1.2;

export function libraryBytes({ model, isEager = false, rules }: OverheadQuestion): number {
  if (!rules.countsAllHeld) return LIBRARIES_GIB * GIB;
  const hasStates = (model.attention ?? []).some(({ kind }) => kind === "state");
  return (LIBRARIES_GIB + (isEager ? 0 : COMPILATION_GIB) + (hasStates ? TUNING_GIB : 0)) * GIB;
}
