import type { Gpu } from "../facts/gpus.js";
import type { Cloud } from "../facts/machines/machine.js";
import { candidates } from "./candidates.js";
import type { FitInput } from "./fit.js";
import { planned } from "./planner.js";

/** GPUs of one kind in one machine. */
export interface GpuChoice {
  gpu: Gpu;
  gpus: number;
  /** The cheapest machine that has them. */
  machine: string;
  /** Its on-demand price, US dollars an hour; left out where no source says. */
  hourlyUsd?: number;
}

/**
 * The smallest machine of a cloud, by price, on which the same contract would fit; `undefined` where none does.
 *
 * @param cloud default: aws
 */
export function smallestMachine(input: FitInput, cloud: Cloud = "aws"): GpuChoice | undefined {
  for (const { machine, ...gpus } of candidates({ clouds: [cloud] })) {
    if (machine !== undefined && planned(input, gpus).reasons.length === 0) return { ...gpus, machine };
  }
  return undefined;
}
