/** Runs Go, and explains its errors to users of `npm run local`. */
import { execFile, spawn } from "node:child_process";
import { existsSync, statfsSync } from "node:fs";
import { promisify } from "node:util";
import { BadInput, Failure } from "../failure.js";
import { familyFolder, MODULES, moduleVersion } from "./programs.js";

/** The least version; Go itself fetches the one that a go.mod asks for (https://go.dev/doc/toolchain). */
const WANTED = { major: 1, minor: 24 };

/** Space that empty caches of Go need, as measured: modules 3.9 GiB, build cache 7.6, programs 0.7. */
const COLD_BUILD_GIB = 13;

const run = promisify(execFile);

/** @throws BadInput when there is no Go, or one too old */
export async function checkGo(): Promise<void> {
  const wanted = `Go ${WANTED.major}.${WANTED.minor} or later builds the control plane, the first time: install it from https://go.dev/dl`;
  let text: string;
  try {
    text = (await run("go", ["env", "GOVERSION"])).stdout.trim();
  } catch {
    throw new BadInput(`go is not on the PATH; ${wanted}`);
  }
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(text) ?? [];
  const old = Number(major) < WANTED.major || (Number(major) === WANTED.major && Number(minor) < WANTED.minor);
  if (old) throw new BadInput(`go is version ${text.slice(2)}; ${wanted}`);
}

/** Free bytes at Go's build cache, and its folder. */
async function freeSpace(): Promise<{ folder: string; gib: number }> {
  const folder = (await run("go", ["env", "GOCACHE"])).stdout.trim();
  // The folder may not exist yet: its nearest parent is on the same disk.
  for (let at = folder; ; at = at.slice(0, at.lastIndexOf("/")) || "/") {
    try {
      const { bavail, bsize } = statfsSync(at);
      return { folder, gib: (bavail * bsize) / 2 ** 30 };
    } catch (thrown) {
      if (at === "/") throw thrown;
    }
  }
}

/** What to do about a build that failed. */
async function failure(what: string, output: string): Promise<Failure> {
  const { folder, gib } = await freeSpace();
  const last = output.trim().split("\n").slice(-8);
  if (/no space left on device/i.test(output) || gib < 0.5) {
    const message = `the disk is full: ${gib.toFixed(1)} GiB are free at ${folder}, a first build takes up to ${COLD_BUILD_GIB}. Make room and call again: what is built stays built`;
    return new Failure([`${what}: ${message}`, ...last].join("\n    "));
  }
  const network = /dial tcp|no such host|i\/o timeout|connection refused|TLS handshake/i.test(output);
  const hint = network ? "Go's module proxy cannot be reached (GOPROXY says which)" : "Go says";
  const advice = "Call again when that is mended: what is built stays built";
  return new Failure([`${what}: could not be built. ${hint}:`, ...last, advice].join("\n    "));
}

/** What Go printed, and how it ended. */
interface Ended {
  code: number;
  output: string;
  problems: string;
}

/** @throws BadInput when there is no Go */
async function runGo(family: string, args: readonly string[]): Promise<Ended> {
  await checkGo();
  const child = spawn("go", args, {
    cwd: familyFolder(family),
    // Each go.mod here is complete: Go must not look for others or change it.
    env: { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const kill = () => child.kill("SIGTERM");
  process.once("exit", kill);
  try {
    let output = "";
    let problems = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (problems += chunk.toString()));
    const code = await new Promise<number>((done, failed) => {
      child.on("error", failed);
      child.on("close", (exit) => done(exit ?? 1));
    });
    return { code, output, problems };
  } finally {
    process.off("exit", kill);
  }
}

/**
 * Runs Go in a family's folder.
 *
 * @returns what it prints
 * @throws BadInput when there is no Go; Failure with the end of what Go says when it fails
 */
export async function go(family: string, args: readonly string[], what: string): Promise<string> {
  const { code, output, problems } = await runGo(family, args);
  if (code !== 0) throw await failure(what, problems + output);
  return output;
}

/** A module as `go mod download -json` describes it. */
interface Download {
  Dir?: string;
  Zip?: string;
  Error?: string;
}

/**
 * The folder of a module that asks for a newer Go than there is. Go looks at that last, when it has checked the module by go.sum and
 * unpacked it (`Download` in cmd/go/internal/modfetch/fetch.go, Go 1.26), and does not say where: beside its cache, by the same path.
 */
function folderForNewerGo({ Zip, Error: problem }: Download): string | undefined {
  if (!/ requires go >= /.test(problem ?? "")) return undefined;
  const folder = Zip?.replace(/\/cache\/download\/(.+)\/@v\/(.+)\.zip$/, "/$1@$2");
  return folder !== undefined && folder !== Zip && existsSync(folder) ? folder : undefined;
}

/** The folder of a module's files, fetched if it is missing; Go checks it against the family's go.sum. */
export async function downloadedFolder(family: string, path: string): Promise<string> {
  const module = `${path}@${moduleVersion(family, path)}`;
  const { code, output, problems } = await runGo(family, ["mod", "download", "-json", module]);
  const described = code === 0 || output.startsWith("{") ? (JSON.parse(output) as Download) : {};
  const folder = code === 0 ? described.Dir : folderForNewerGo(described);
  if (folder === undefined) throw await failure(path, problems + output);
  return folder;
}

/** The folder of a module that is read and not built. */
export function moduleFolder(module: keyof typeof MODULES): Promise<string> {
  const { family, path } = MODULES[module];
  return downloadedFolder(family, path);
}
