import { type Gpu, type GpuType, GPUS } from "../facts/gpus.js";
import { MACHINES } from "../facts/machines/index.js";
import type { Cloud } from "../facts/machines/machine.js";
import { PRECISIONS } from "../facts/precisions.js";
import { dividesHeads, fit, type FitInput } from "./fit.js";

/** GPUs of one kind in one machine. */
export interface GpuChoice {
  gpu: Gpu;
  gpus: number;
  /** The cheapest machine that has them. */
  machine: string;
  /** Its on-demand price, US dollars an hour; left out where no source says. */
  hourlyUsd?: number;
}

const byPrice = (a: GpuChoice, b: GpuChoice): number => {
  // Machines without a price come last, smallest number of GPUs first.
  const [first, second] = [a.hourlyUsd ?? Infinity, b.hourlyUsd ?? Infinity];
  return (first === second ? 0 : first - second) || a.gpus - b.gpus;
};

/** GPU types with the tensor-parallel sizes that some machine of a cloud offers, cheapest machine first. */
function choices(cloud: Cloud): GpuChoice[] {
  return [...MACHINES.values()]
    .filter((machine) => machine.cloud === cloud)
    .flatMap(({ name, gpu, gpus: available, hourlyUsd }) =>
      [1, 2, 4, 8]
        .filter((gpus) => gpus <= available)
        .map((gpus) => ({
          gpu: GPUS[gpu as GpuType],
          gpus,
          machine: name,
          ...(hourlyUsd !== undefined && { hourlyUsd }),
        })),
    )
    .sort(byPrice);
}

/**
 * The smallest machine of a cloud, by price, on which the same contract would fit; `undefined` where none does.
 *
 * @param cloud default: aws
 */
export function smallestMachine(input: FitInput, cloud: Cloud = "aws"): GpuChoice | undefined {
  const { model, precision } = input;
  return choices(cloud).find(
    ({ gpu, gpus }) =>
      dividesHeads(model, gpus) &&
      gpu.computeCapability >= PRECISIONS[precision].minComputeCapability &&
      fit({ ...input, gpu, gpus }).fits,
  );
}
