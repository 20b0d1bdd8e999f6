/** The one cluster that all end-to-end tests share, each in namespaces of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";
import { build, type Binaries } from "../../tools/local/build";
import { type Folders, foldersOf } from "../../tools/local/folders";
import { clear, type LocalCluster, startCluster } from "../../tools/local/start";
import { PROJECT } from "../tools/folders";

/** Named by our process, so that two runs know nothing of each other. */
export const FOLDERS: Folders = foldersOf(PROJECT, `e2e-${process.pid}`);

let local: LocalCluster | undefined;
let built: Binaries | undefined;
let reaper: ChildProcess | undefined;

/** The cluster; there once mocha's global setup is done. */
export function world(): LocalCluster {
  if (local === undefined) throw new Error("the cluster is not up: run the tests by npm run test:e2e");
  return local;
}

export function binaries(): Binaries {
  if (built === undefined) throw new Error("nothing is built: run the tests by npm run test:e2e");
  return built;
}

function say(line: string): void {
  process.stdout.write(`  ${line}\n`);
}

/** Builds what is missing and starts the cluster. */
export async function startWorld(): Promise<void> {
  built = await build(FOLDERS.bin, say);
  // It clears up after us, also when nobody lets us do it: our end of its input closes with us.
  reaper = spawn(
    process.execPath,
    ["--require", require.resolve("tsx/cjs"), join(__dirname, "reaper.ts"), FOLDERS.bin, FOLDERS.run],
    {
      detached: true,
      stdio: ["pipe", "ignore", "inherit"],
    },
  );
  local = await startCluster(built, FOLDERS, say);
}

/** Ends every process and removes the folder. */
export async function endWorld(): Promise<void> {
  local?.cluster.close();
  await clear(FOLDERS);
  reaper?.stdin?.end();
}
