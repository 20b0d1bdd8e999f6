/** Runs a program of components/programs on this machine: plainly, or as a pod does where the machine allows it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { pythonOfPrograms } from "./python.js";

const PROGRAMS = join(__dirname, "..", "..", "components", "programs");

/** The user of our pods (components/engine/security.ts). */
const UID = "2000";

/** A mount namespace whose root is read-only; folders of the arguments before `--` stay writable, and `/tmp` is the pod's own. */
const AS_POD = `
set -e
while [ "$1" != -- ]; do mount --bind "$1" "$1"; chown ${UID}:${UID} "$1"; shift; done
shift
mount -t tmpfs tmpfs /tmp
mount -o remount,bind,ro /
exec setpriv --reuid ${UID} --regid ${UID} --clear-groups --no-new-privs --bounding-set -all "$@"`;

export interface RunOptions {
  /** Variables beside PATH and HOME. */
  env?: Readonly<Record<string, string>>;
  /** Runs with the user of our pods and a read-only root; these folders are writable. They must not be under /tmp. */
  asPod?: readonly string[];
}

/** How a program ended. */
export interface Ended {
  /** `null` when it was killed. */
  code: number | null;
  output: string;
}

/** A program that runs. */
export class Running {
  output = "";

  constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async ended(): Promise<Ended> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, "close");
    return { code: this.child.exitCode, output: this.output };
  }
}

/** Whether this user may make mount namespaces and change users: root outside of most sandboxes. */
export function canRunAsPod(): boolean {
  return spawnSync("unshare", ["-m", "setpriv", "--reuid", UID, "true"]).status === 0;
}

/** Starts a program such as `fill.py` on its input. */
export async function startProgram(name: string, spec: object, { env = {}, asPod }: RunOptions = {}): Promise<Running> {
  const python = [await pythonOfPrograms(() => undefined), "-B", join(PROGRAMS, name)];
  const [command, ...args] =
    asPod === undefined ? python : ["unshare", "-m", "sh", "-c", AS_POD, "sh", ...asPod, "--", ...python];
  const variables = { PATH: process.env["PATH"], HOME: "/nonexistent", SPEC: JSON.stringify(spec), ...env };
  return new Running(spawn(command!, args, { env: variables, stdio: ["ignore", "pipe", "pipe"] }));
}

/** Runs a module that takes arguments in place of a document, such as `manifest.py`. */
export async function runModule(name: string, args: readonly string[]): Promise<Ended> {
  const python = await pythonOfPrograms(() => undefined);
  return new Running(
    spawn(python, ["-B", join(PROGRAMS, name), ...args], { stdio: ["ignore", "pipe", "pipe"] }),
  ).ended();
}

/** Runs one to its end. */
export async function runProgram(name: string, spec: object, options?: RunOptions): Promise<Ended> {
  return (await startProgram(name, spec, options)).ended();
}
