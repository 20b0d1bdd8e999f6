/** What CUDA libraries and compilation hold that is nobody's tensor. */
import type { OverheadQuestion } from "./question.js";

const GIB = 2 ** 30;

/** Kernels and workspaces of cuBLAS, Triton and FlashInfer. Logs of 0.10 to 0.30 leave 0.05 to 0.28 GiB to them. */
const LIBRARIES_GIB = 0.25;
/**
 * What a compilation leaves behind, where all that is held counts. Logs of 0.28 to 0.30 leave 0.4 to 0.9 GiB more to a server that compiles
 * than to an eager one; two starts of one server differ by 1.2 GiB.
 */
const COMPILATION_GIB = 0.5;

export function libraryBytes({ isEager = false, rules }: OverheadQuestion): number {
  return (LIBRARIES_GIB + (rules.countsAllHeld && !isEager ? COMPILATION_GIB : 0)) * GIB;
}
