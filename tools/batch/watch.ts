/** Follows a run until it has ended. */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.js";
import { ApiError } from "../local/client.js";
import type { Target } from "./batches.js";
import { costSoFar, workerHour } from "./cost.js";
import { progressOfRun, type Run, runsOf } from "./runs.js";
import { failureText, progressLine, type Shown } from "./statusText.js";

/** Where progress goes. */
export interface Screen {
  /** Shows a line in the place of the last one, on a terminal; else keeps each. */
  show: (line: string) => void;
  /** Between two looks. */
  everySeconds: number;
}

/** Looks in a row without an answer before it is given up: a laptop may sleep, a control plane be upgraded. */
const ATTEMPTS = 20;

export async function shownOf(target: Target, run: Run): Promise<Shown> {
  const progress = await progressOfRun(target, run);
  const costUsd = costSoFar(progress, workerHour(run.batch, target));
  return { run, progress, ...(costUsd !== undefined && { costUsd }) };
}

/**
 * Shows how far a run is until it is done.
 *
 * @returns how it ended
 * @throws Failure when it has failed, or its Job has gone
 */
export async function watchRun(
  target: Target,
  { name, batch }: Pick<Run, "name" | "batch">,
  { show, everySeconds }: Screen,
  signal: AbortSignal,
): Promise<Shown> {
  for (let failures = 0; ;) {
    try {
      const run = (await runsOf(target)).find((other) => other.name === name && other.batch.name === batch.name);
      if (run === undefined || run.state === "ending")
        throw new Gone(`the Job of run ${name} has gone: it was cancelled, or removed by its time to live`);
      const shown = await shownOf(target, run);
      failures = 0;
      show(progressLine(shown));
      if (run.state === "done") return shown;
      if (run.state === "failed") throw new Gone(failureText(shown));
    } catch (thrown) {
      failures += 1;
      if (isFinal(thrown) || failures === ATTEMPTS) throw thrown;
      show(`${name}: no answer, trying again: ${(thrown as Error).message}`);
    }
    await sleep(everySeconds * 1000, undefined, { signal });
  }
}

/** There is nothing left to follow. */
class Gone extends Failure {}

function isFinal(thrown: unknown): boolean {
  if (thrown instanceof ApiError) return thrown.status < 500 && thrown.status !== 429;
  return thrown instanceof Gone || !(thrown instanceof Failure);
}
