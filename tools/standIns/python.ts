/** The Python that runs the programs of components/programs outside of a pod: with the hub's own client, and a server of S3. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { withLock } from "../lock.js";
import { installerEnvironment, withHome } from "../verifyFlags/clean.js";
import { findInstaller, pythonOf } from "../verifyFlags/installer.js";
import { run } from "../verifyFlags/programs.js";

/** Exact versions with hashes, as pip takes them. */
const LOCK = join(__dirname, "requirements.txt");

const VENVS = join(__dirname, "..", "..", ".local", "venv");

/** The environment, and beside its packages the lock that it was made from. */
const FOLDER = join(VENVS, "programs");

function isMade(): boolean {
  const madeFrom = join(FOLDER, "lock.txt");
  return existsSync(madeFrom) && readFileSync(madeFrom, "utf8") === readFileSync(LOCK, "utf8");
}

/**
 * A Python with what `requirements.txt` has, made at the first call: a minute, 170 MB.
 *
 * @throws Error when there is neither uv nor a Python, or the install fails
 */
export async function pythonOfPrograms(say: (line: string) => void): Promise<string> {
  mkdirSync(VENVS, { recursive: true });
  await withLock(`${FOLDER}.lock`, say, async () => {
    if (!isMade()) await make(say);
  });
  return pythonOf(FOLDER);
}

async function make(say: (line: string) => void): Promise<void> {
  const installer = await findInstaller(process.env);
  if (installer === undefined) throw new Error("neither uv nor Python 3.10 to 3.14 is on PATH: install one");
  const partial = `${FOLDER}.partial`;
  rmSync(partial, { recursive: true, force: true });
  say(`making ${FOLDER} with ${installer.name}, once`);
  await withHome(VENVS, async (home) => {
    const options = { env: installerEnvironment(process.env, home, join(VENVS, "python")), cwd: home };
    const locked = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", LOCK];
    for (const command of [installer.make(partial), installer.install(partial, locked)]) {
      const { exitCode, stderr } = await run(command, options);
      if (exitCode !== 0) throw new Error(`${command.join(" ")} failed:\n${stderr}`);
    }
  });
  copyFileSync(LOCK, join(partial, "lock.txt"));
  rmSync(FOLDER, { recursive: true, force: true });
  renameSync(partial, FOLDER);
}
