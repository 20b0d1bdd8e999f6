/**
 * Starts and stops the processes of a control plane.
 *
 * They are recognised by their command line, which names a program of the checkout and the folder of the run: a list of them
 * could be wrong after a killed run.
 */
import { execFileSync, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.js";
import { type Folders, logsOf, makePrivateFolder } from "./folders.js";

/** A process that runs. */
export interface LocalProcess {
  pid: number;
  command: string;
}

/** A process that was started here. */
export interface Started {
  name: string;
  pid: number;
  /** Set when it has ended. */
  exit: { code: number | null } | undefined;
  /** Where it writes. */
  log: string;
}

/** Our own program that acts for the pods; Node runs it, so its path is known and not its executable. */
export const SIMULATOR = join(__dirname, "simulator", "main.ts");

/** Starts a program that outlives this process, with its output in a log that only its user can read. */
export function start(
  name: string,
  program: string,
  args: readonly string[],
  folders: Folders,
  environment: Readonly<Record<string, string>> = {},
): Started {
  makePrivateFolder(logsOf(folders));
  const log = join(logsOf(folders), `${name}.log`);
  // The process inherits this: only its user may read its files.
  const mask = process.umask(0o077);
  const output = openSync(log, "a");
  const child = spawn(program, args, {
    detached: true,
    stdio: ["ignore", output, output],
    cwd: folders.run,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], TMPDIR: process.env["TMPDIR"], ...environment },
  });
  process.umask(mask);
  closeSync(output);
  const started: Started = { name, pid: child.pid ?? 0, exit: undefined, log };
  child.on("exit", (code) => (started.exit = { code }));
  child.on("error", () => (started.exit = { code: null }));
  child.unref();
  return started;
}

/** Something did not start in time, or ended while it was needed. */
export class LocalFailure extends Failure {
  override readonly name = "LocalFailure";

  constructor(what: string, message: string) {
    super(`${what}: ${message}`);
  }
}

/** A process ended while it was needed. */
export class ProcessEnded extends LocalFailure {
  /** Whether somebody else had its port. */
  readonly portTaken: boolean;

  constructor({ name, exit, log }: Started) {
    const text = readFileSync(log, "utf8").trim();
    const last = text.split("\n").slice(-5).join("\n    ");
    const full = /no space left on device/i.test(text) ? "the disk is full, so make room and call again; " : "";
    super(name, `ended with code ${exit?.code ?? "none"}; ${full}the end of ${log}:\n    ${last}`);
    this.portTaken = /address already in use/i.test(text);
  }
}

/**
 * Waits until `ready` holds.
 *
 * @throws ProcessEnded when one of the processes ends before
 * @throws LocalFailure after `seconds`
 */
export async function until(
  what: string,
  ready: () => Promise<boolean> | boolean,
  {
    seconds = 60,
    processes = [],
    everyMs = 100,
  }: { seconds?: number; processes?: readonly Started[]; everyMs?: number } = {},
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await ready())) {
    const ended = processes.find(({ exit }) => exit !== undefined);
    if (ended !== undefined) throw new ProcessEnded(ended);
    if (Date.now() > end) {
      const logs = processes.map(({ log }) => log).join(", ");
      throw new LocalFailure(what, `not there after ${seconds} s${logs && `; see ${logs}`}`);
    }
    await sleep(everyMs);
  }
}

/** Processes of this run. */
export function running({ bin, run }: Folders): LocalProcess[] {
  const lines = execFileSync("ps", ["-ww", "-eo", "pid=,args="], { encoding: "utf8" }).split("\n");
  return lines.flatMap((line) => {
    const [, pid, command = ""] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    const ours = command.startsWith(`${dirname(bin)}/`) || command.includes(` ${SIMULATOR} `);
    return ours && command.includes(`${run}/`) ? [{ pid: Number(pid), command }] : [];
  });
}

/** Kills every process of this run: their data is deleted anyway. */
export async function stopAll(folders: Folders): Promise<number> {
  const found = running(folders);
  for (const { pid } of found) kill(pid);
  await until("the end of all processes", () => running(folders).length === 0, { seconds: 10, everyMs: 50 });
  return found.length;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
  }
}
