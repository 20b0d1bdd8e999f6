/** Runs of the command line as whole processes. */
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";

export const ROOT = resolve(__dirname, "../..");
export const RUNS = 3;

export interface Run {
  seconds: number;
  peakKB: number;
}

/** The program of the command line, with the arguments before the command. */
export function commandLine(): [string, ...string[]] {
  return [process.execPath, "--import", require.resolve("tsx"), join(ROOT, "tools/cli.ts")];
}

function measure(folder: string, args: readonly string[], statuses: readonly number[]): Run {
  const started = process.hrtime.bigint();
  const [program, ...before] = commandLine();
  const { status, stderr, output } = spawnSync(
    program,
    ["--require", join(__dirname, "peakMemory.cjs"), ...before, ...args],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe", "pipe"], encoding: "utf8" },
  );
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  if (!statuses.includes(status ?? -1)) throw new Error(`${args.join(" ")} exited with ${status}: ${stderr}`);
  return { seconds, peakKB: Number(output[3]) };
}

/**
 * The run of median time: single times are noise on a shared machine.
 *
 * @param statuses exit codes of a run that did its work
 */
export function median(folder: string, args: readonly string[], statuses: readonly number[] = [0]): Run {
  const runs = Array.from({ length: RUNS }, () => measure(folder, args, statuses));
  return runs.sort((a, b) => a.seconds - b.seconds)[Math.floor(RUNS / 2)]!;
}
