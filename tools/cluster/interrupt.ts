/** Ctrl-C: what this command has begun is taken back, and the user is told what goes on without it. */
import { Failure } from "../failure.js";

/**
 * Calls `use` with a signal that Ctrl-C aborts. A second Ctrl-C ends the process at once, as without this.
 *
 * @param goesOn what is true after the interruption
 * @throws Failure when it was interrupted
 */
export async function interruptible<T>(goesOn: string, use: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  process.once("SIGINT", abort);
  process.once("SIGTERM", abort);
  try {
    return await use(controller.signal);
  } catch (thrown) {
    if (controller.signal.aborted) throw new Failure(`interrupted: ${goesOn}`);
    throw thrown;
  } finally {
    process.removeListener("SIGINT", abort);
    process.removeListener("SIGTERM", abort);
  }
}
