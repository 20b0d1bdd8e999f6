/** Keeps two processes from doing the same work at once; a lock whose holder is gone does not count. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 500;

/** Whether a process with this number exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    // Another user's process exists, but cannot be signalled.
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** The number of the process that holds the lock, as it was a moment ago. */
function holderOf(file: string): number | undefined {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
}

/** Takes the lock. @returns its holder, if another process has it */
function take(file: string): number | undefined {
  const own = `${file}.${process.pid}`;
  // Linked, not written in place: a lock always contains the number of its holder.
  writeFileSync(own, String(process.pid));
  try {
    for (;;) {
      try {
        linkSync(own, file);
        return undefined;
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
      }
      const holder = holderOf(file);
      if (holder !== undefined && isAlive(holder)) return holder;
      if (holder !== undefined) discard(file, `${own}.stale`, holder);
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Removes the lock of a process that is gone, but not one that was taken since. */
function discard(file: string, aside: string, holder: number): void {
  try {
    renameSync(file, aside);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return;
    throw thrown;
  }
  if (holderOf(aside) !== holder) linkSync(aside, file);
  rmSync(aside);
}

/** Runs `work` when nobody else holds the lock, and says once that it waits. */
export async function withLock<T>(file: string, report: (line: string) => void, work: () => Promise<T>): Promise<T> {
  let told = false;
  for (let holder = take(file); holder !== undefined; holder = take(file)) {
    if (!told) report(`Waiting for process ${holder}, which is at work in the same folder (${file}).`);
    told = true;
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
