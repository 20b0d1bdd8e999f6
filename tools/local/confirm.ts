/** Asks before a cluster is changed that may be somebody else's. */
import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { BadInput } from "../failure.js";
import type { Report } from "./build.js";

/** A question to the user, or the answer that a script gave in advance. */
export interface Asking {
  /** Whether `--yes` was given. */
  yes: boolean;
  /** Gets the lines that say what will be done. */
  report: Report;
  /** @default standard input */
  input?: Readable & { isTTY?: boolean };
  /** @default standard error */
  output?: Writable;
}

/**
 * Shows what will be done, and waits for a yes.
 *
 * @param lines what will be done, and where
 * @throws BadInput when the answer is not yes, or nobody can answer
 */
export async function confirm(lines: readonly string[], asking: Asking): Promise<void> {
  const { yes, report, input = process.stdin, output = process.stderr } = asking;
  for (const line of lines) report(line);
  if (yes) return;
  if (input.isTTY !== true) {
    const message =
      "nobody can be asked whether to go on, for this is no terminal: call again with --yes when the above is right";
    throw new BadInput(message);
  }
  const prompt = createInterface({ input, output });
  try {
    const answer = await prompt.question("Go on? [y/N] ");
    if (!/^y(es)?$/i.test(answer.trim())) throw new BadInput("the answer was no: nothing was done");
  } finally {
    prompt.close();
  }
}
