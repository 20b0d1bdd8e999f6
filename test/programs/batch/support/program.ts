/** Programs of `components/programs` as processes of their own, which may be killed at any moment. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { folderWith } from "../../../tools/folders.js";

const PROGRAMS = resolve(__dirname, "../../../../components/programs");
const STAND_IN = resolve(__dirname, "../standIn");

export type Signal = "SIGKILL" | "SIGTERM";

/** How a program ended. */
export interface Ended {
  /** Null when a signal ended it. */
  code: number | null;
  /** What it printed, on both streams. */
  output: string;
}

/** An interruption: a signal so many milliseconds after the start. */
export interface Interruption {
  signal: Signal;
  afterMs: number;
}

/** Starts a program with a spec, with the stand-in of vLLM on its paths. */
export function start(name: string, spec: object, env: Record<string, string> = {}): ChildProcess {
  const folder = folderWith({ "spec.json": JSON.stringify(spec) });
  // -S: without site packages, as the programs need the standard library alone.
  return spawn("python3", ["-S", join(PROGRAMS, `${name}.py`), join(folder, "spec.json")], {
    env: {
      PATH: `${join(STAND_IN, "bin")}${delimiter}${process.env["PATH"] ?? ""}`,
      PYTHONPATH: join(STAND_IN, "lib"),
      PYTHONPYCACHEPREFIX: join(tmpdir(), "pulumi-vllm-pycache"),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Waits for the end of a program that was started. */
export async function endOf(child: ChildProcess): Promise<Ended> {
  let output = "";
  child.stdout!.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr!.on("data", (data: Buffer) => (output += data.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

/** Runs a program to its end, or to the interruption's. */
export async function run(
  name: string,
  spec: object,
  env: Record<string, string> = {},
  interruption?: Interruption,
): Promise<Ended> {
  const child = start(name, spec, env);
  const ended = endOf(child);
  if (interruption !== undefined) {
    await Promise.race([sleep(interruption.afterMs), ended]);
    child.kill(interruption.signal);
  }
  return ended;
}
