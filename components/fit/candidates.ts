/** GPUs of one kind in one machine, as they can be rented. */
import { type Gpu, GPUS } from "../facts/gpus.js";
import { machinesWith } from "../facts/machines/index.js";
import type { Cloud, Machine } from "../facts/machines/machine.js";

/** Some GPUs of one type, and a machine that has them. */
export interface Candidate {
  gpu: Gpu;
  gpus: number;
  /** A machine that has at least so many; absent where no machine of the tables does. */
  machine?: string;
  /** Its on-demand price, US dollars an hour, also where it has more GPUs; absent where no source says. */
  hourlyUsd?: number;
}

/** Which GPUs are asked about. */
export interface CandidateQuestion {
  /** Types that are wanted whether or not a machine has them. @default each that a machine has */
  gpus?: readonly Gpu[] | undefined;
  /** @default {@link USUAL_COUNTS}, as far as a machine has so many */
  counts?: readonly number[] | undefined;
  /** @default all */
  clouds?: readonly Cloud[] | undefined;
  /** Every machine with exactly so many GPUs, and not the cheapest alone. @default false */
  isEveryMachine?: boolean;
}

/** Tensor-parallel sizes that divide the heads of most models. */
export const USUAL_COUNTS: readonly number[] = [1, 2, 4, 8];

interface Priced {
  hourlyUsd?: number;
}

/** Cheapest first; what has no price comes last, fewest GPUs first. */
export function byPrice<T extends Priced & { gpus: number }>(a: T, b: T): number {
  const [first, second] = [a.hourlyUsd ?? Infinity, b.hourlyUsd ?? Infinity];
  return (first === second ? 0 : first - second) || a.gpus - b.gpus;
}

/** Every pair of GPU type and count that is asked about, cheapest machine first. */
export function candidates({ gpus, counts, clouds, isEveryMachine = false }: CandidateQuestion = {}): Candidate[] {
  const types = gpus ?? Object.values(GPUS);
  return types
    .flatMap((gpu) => {
      const machines = machinesOf(gpu, clouds);
      const isRented = (count: number): boolean => machines.some((machine) => machine.gpus >= count);
      const wanted = counts ?? (machines.length === 0 ? USUAL_COUNTS : USUAL_COUNTS.filter(isRented));
      // A pair is only left out where neither of its halves was asked for by name.
      return wanted
        .filter((count) => gpus !== undefined || isRented(count))
        .flatMap((count) => chosen(machines, count, isEveryMachine).map((machine) => candidate(gpu, count, machine)));
    })
    .sort(byPrice);
}

function machinesOf({ type }: Gpu, clouds: readonly Cloud[] | undefined): Machine[] {
  const all = machinesWith(type);
  return clouds === undefined ? all : all.filter(({ cloud }) => cloud !== undefined && clouds.includes(cloud));
}

/** Of the machines with enough GPUs the cheapest, or every one with exactly so many where there are any. */
function chosen(machines: readonly Machine[], count: number, isEvery: boolean): (Machine | undefined)[] {
  const exact = machines.filter(({ gpus }) => gpus === count);
  if (isEvery && exact.length > 0) return exact;
  return [machines.filter(({ gpus }) => gpus >= count).sort(byPrice)[0]];
}

function candidate(gpu: Gpu, gpus: number, machine: Machine | undefined): Candidate {
  if (machine === undefined) return { gpu, gpus };
  const { name, hourlyUsd } = machine;
  return { gpu, gpus, machine: name, ...(hourlyUsd !== undefined && { hourlyUsd }) };
}
