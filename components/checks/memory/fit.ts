/** Whether a release fits its GPUs. */
import { error, type Problem } from "../../config/problems.js";
import { type Fit, fit, type FitInput } from "../../fit/fit.js";
import { smallestMachine } from "../../fit/smallestMachine.js";

const gib = (value: number): string => `${value.toFixed(1)} GiB`;

/** @param path the release's */
export function checkFit(input: FitInput, { id, path }: { id: string; path: string }): Problem[] {
  const result = fit(input);
  if (result.fits) return [];
  return [...checkSequences(input, result, path), ...checkMemory(input, result, { id, path })];
}

/** A model with states keeps one of each running sequence, whatever its length. */
function checkSequences({ sequences }: FitInput, { mostSequences: most }: Fit, path: string): Problem[] {
  if (most === undefined || most < 1) return [];
  const message =
    `${sequences} sequences need a block of the KV cache each for their states, and there are ${most}, so vLLM refuses to start: ` +
    `use at most ${most}, or a GPU with more memory`;
  return [error(`${path}.concurrency.sequences`, message)];
}

/** Weights that leave no room, or a context that does not fit once. */
function checkMemory(input: FitInput, result: Fit, { id, path }: { id: string; path: string }): Problem[] {
  if (result.largestContext >= input.context) return [];
  const { context, gpu, gpus, precision } = input;
  const machine = `${gpus} × ${gpu.type}`;
  const weights = `${gib(result.weightsGiBPerGpu)} of ${precision} weights`;
  const overhead = `${gib(result.overheadGiBPerGpu)} of overhead`;
  const each = gpus > 1 ? " a GPU" : "";
  const elsewhere = whereItFits(input);
  if (result.largestContext === 0) {
    const allowance = gpu.cudaGiB * input.memoryUtilization;
    return [
      error(
        `${path}.gpu`,
        `${id} does not fit on ${machine}: ${weights} and an estimated ${overhead} leave no KV cache in ${gib(allowance)}${each}; ${elsewhere}`,
      ),
    ];
  }
  return [
    error(
      `${path}.context`,
      `${context} tokens do not fit once on ${machine}: after ${weights} and an estimated ${overhead}, ` +
        `${gib(result.kvCacheGiBPerGpu)}${each} of KV cache hold ${result.largestContext} tokens: ` +
        `use at most ${result.largestContext}; for ${context} ${elsewhere}`,
    ),
  ];
}

function whereItFits(input: FitInput): string {
  const smallest = smallestMachine(input);
  if (smallest === undefined) return "no machine of the tables would do";
  const { machine, gpus, gpu, hourlyUsd } = smallest;
  const price = hourlyUsd === undefined ? "price unknown" : `$${hourlyUsd}/h`;
  return `the smallest machine that would do is ${machine} with ${gpus} × ${gpu.type}, ${price}`;
}
