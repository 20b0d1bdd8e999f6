/** The Python that runs the programs of components/programs outside of a pod: with the hub's own client, and a server of S3. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { withLock } from "../lock.js";
import { installerEnvironment, withHome } from "../verifyFlags/clean.js";
import { findInstaller, pythonOf } from "../verifyFlags/installer.js";
import { run } from "../verifyFlags/programs.js";

const VENVS = join(__dirname, "..", "..", ".local", "venv");

/** A Python environment of tests. */
interface Environment {
  name: string;
  /** File of exact versions with hashes, as pip takes them. */
  lock: string;
}

const PROGRAMS: Environment = { name: "programs", lock: join(__dirname, "requirements.txt") };

function isMade(folder: string, lock: string): boolean {
  const madeFrom = join(folder, "lock.txt");
  return existsSync(madeFrom) && readFileSync(madeFrom, "utf8") === readFileSync(lock, "utf8");
}

/**
 * The folder of an environment with what its lock has, made at the first call. A copy of the lock beside the packages says what it was made from.
 *
 * @throws Error when there is neither uv nor a Python, or the install fails
 */
export async function environment({ name, lock }: Environment, say: (line: string) => void): Promise<string> {
  const folder = join(VENVS, name);
  mkdirSync(VENVS, { recursive: true });
  await withLock(`${folder}.lock`, say, async () => {
    if (!isMade(folder, lock)) await make(folder, lock, say);
  });
  return folder;
}

/**
 * A Python with what `requirements.txt` has, made at the first call: a minute, 170 MB.
 *
 * @throws Error when there is neither uv nor a Python, or the install fails
 */
export async function pythonOfPrograms(say: (line: string) => void): Promise<string> {
  return pythonOf(await environment(PROGRAMS, say));
}

async function make(folder: string, lock: string, say: (line: string) => void): Promise<void> {
  const installer = await findInstaller(process.env);
  if (installer === undefined) throw new Error("neither uv nor Python 3.10 to 3.14 is on PATH: install one");
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  say(`making ${folder} with ${installer.name}, once`);
  await withHome(VENVS, async (home) => {
    const options = { env: installerEnvironment(process.env, home, join(VENVS, "python")), cwd: home };
    const locked = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", lock];
    for (const command of [installer.make(partial), installer.install(partial, locked)]) {
      const { exitCode, stderr } = await run(command, options);
      if (exitCode !== 0) throw new Error(`${command.join(" ")} failed:\n${stderr}`);
    }
  });
  copyFileSync(lock, join(partial, "lock.txt"));
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}
