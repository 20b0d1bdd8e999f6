/** Weights in fp8 that are scaled by blocks, against the number of GPUs they are split over. */
import { error, listOr, type Problem, warning } from "../../config/problems.js";
import type { Architecture } from "../../facts/models/architecture.js";
import { splitsWholeBlocks } from "../../fit/fp8Blocks.js";

/** What decides whether blocks are cut. */
export interface Fp8Split {
  architecture: Pick<Architecture, "intermediateSize" | "fp8BlockSize">;
  /** Weights that are published in fp8. */
  isPublished: boolean;
  gpus: number;
  /** Experts are spread whole over the GPUs. */
  isExpertParallel: boolean;
}

/** @param path of the number of GPUs */
export function checkFp8Blocks(
  { architecture, isPublished, gpus, isExpertParallel }: Fp8Split,
  path: string,
): Problem[] {
  if (!isPublished || gpus === 1 || isExpertParallel) return [];
  const { intermediateSize: width, fp8BlockSize: block } = architecture;
  const whole = (side: number): number[] => [1, 2, 4, 8].filter((count) => splitsWholeBlocks(width, count, side));
  if (block === undefined) {
    // The block that published weights commonly have; another one may be in the config.json.
    if (whole(128).includes(gpus)) return [];
    const message =
      `${gpus} GPUs split a width of ${width} into parts of ${width / gpus}, which vLLM refuses where fp8 weights are scaled by blocks of 128: ` +
      "state architecture.fp8BlockSize from the model's config.json";
    return [warning(path, message)];
  }
  if (whole(block).includes(gpus)) return [];
  const message =
    `${gpus} GPUs split a width of ${width} into parts of ${width / gpus}, no multiple of the fp8 blocks of ${block}, which vLLM refuses: ` +
    `use ${listOr(whole(block).map(String))}, or the flag enable-expert-parallel for a mixture of experts`;
  return [error(path, message)];
}
