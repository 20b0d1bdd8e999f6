/**
 * How long parts of a start take that no storage decides, as published. Sources, read 2026-11-26:
 * - AWS: "Standard Docker image pulls of 15–20 GB can take 4–6 minutes",
 *   https://aws.amazon.com/blogs/machine-learning/reducing-container-cold-start-times-using-soci-index-on-dlami-and-dlc/
 * - AWS' guide to cold starts of inference on EKS, 2026, collected 2026-11-25: compilation on p5 of models of 60, 140 and 640 GB, anew
 *   and from its cache.
 * - vllm-project/vllm#20264: a 3B model; graphs and the engine by its log, and some 24 s of 59 that no line tells.
 */

/** An image of vLLM: about 10 GB, at 300 s for 17.5 GB (AWS). */
export const IMAGE_PULL_SECONDS = 170;
/** Of a GB (AWS, as above): for weights that come as an image. */
export const IMAGE_PULL_GIB_PER_SECOND = 17.5e9 / 2 ** 30 / 300;

/** Python, imports, config, and the API server until Ready (vllm#20264). */
export const PROCESS_SECONDS = 24;

/** Compilation of the first start by the size of the weights, in GB (AWS' guide); of smaller ones no figure is known. */
export const COMPILE_SECONDS: ReadonlyArray<readonly [weightsGB: number, seconds: number]> = [
  [60, 53],
  [140, 60],
  [640, 80],
];
/** Compilation from the cache (AWS' guide). */
export const COMPILED_BEFORE_SECONDS = 6;

/** CUDA graphs of vLLM's own sizes (vllm#20264). */
export const GRAPHS_SECONDS = 17;
/** The engine's memory profiling, KV cache and warm-up (vllm#20264). */
export const ENGINE_SECONDS = 10;
