import { type Gpu, type GpuType, GPUS } from "../facts/gpus.js";
import { MACHINES } from "../facts/machines/index.js";
import { PRECISIONS } from "../facts/precisions.js";
import { dividesHeads, fit, type FitInput } from "./fit.js";

/** GPUs of one kind in one machine. */
export interface GpuChoice {
  gpu: Gpu;
  gpus: number;
  /** The cheapest machine that has them. */
  machine: string;
  /** Its on-demand price, US dollars an hour. */
  hourlyUsd: number;
}

/** GPU types with the tensor-parallel sizes that some machine offers, cheapest machine first. */
const CHOICES: readonly GpuChoice[] = [...MACHINES.values()]
  .flatMap(({ name, gpu, gpus: available, hourlyUsd = Infinity }) =>
    [1, 2, 4, 8]
      .filter((gpus) => gpus <= available)
      .map((gpus) => ({
        gpu: GPUS[gpu as GpuType],
        gpus,
        machine: name,
        hourlyUsd,
      })),
  )
  .sort((a, b) => a.hourlyUsd - b.hourlyUsd || a.gpus - b.gpus);

/** The smallest machine, by price, on which the same contract would fit; `undefined` where none does. */
export function smallestMachine(input: FitInput): GpuChoice | undefined {
  const { model, precision } = input;
  return CHOICES.find(
    ({ gpu, gpus }) =>
      dividesHeads(model, gpus) &&
      gpu.computeCapability >= PRECISIONS[precision].minComputeCapability &&
      fit({ ...input, gpu, gpus }).fits,
  );
}
