/** The one cluster that all end-to-end tests share, each in namespaces and on nodes of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { type Binaries, binaryPaths, build } from "../../tools/local/build.js";
import { Cluster } from "../../tools/local/client.js";
import { type Folders, foldersOf, kubeconfigOf } from "../../tools/local/folders.js";
import { clear, type LocalCluster, startCluster } from "../../tools/local/start.js";
import { readState, writeState } from "../../tools/local/state.js";
import { PROJECT } from "../tools/folders.js";

/** Hands the run's name from mocha's own process, which starts the cluster, to those that run the files of tests. */
export const RUN = "PULUMI_VLLM_E2E_RUN";

/** Of this run: named by the process that started it, so that two runs know nothing of each other. */
export const FOLDERS: Folders = foldersOf(PROJECT, process.env[RUN] ?? `e2e-${process.pid}`);

let local: LocalCluster | undefined;
let reaper: ChildProcess | undefined;

/** The cluster. @throws Error outside of a run */
export function world(): LocalCluster {
  if (local !== undefined) return local;
  const state = readState(FOLDERS);
  if (state?.ports === undefined) throw new Error("the cluster is not up: run the tests by npm run test:e2e");
  local = { cluster: new Cluster(state.kubeconfig), folders: FOLDERS, ports: state.ports, run: state.run };
  return local;
}

export function binaries(): Binaries {
  return binaryPaths(FOLDERS.bin);
}

function say(line: string): void {
  process.stdout.write(`  ${line}\n`);
}

/** Builds what is missing and starts the cluster. */
export async function startWorld(): Promise<void> {
  const built = await build(FOLDERS.bin, say);
  // It clears up after us, also when nobody lets us do it: our end of its input closes with us.
  const args = ["--require", require.resolve("tsx/cjs"), join(__dirname, "reaper.ts"), FOLDERS.bin, FOLDERS.run];
  reaper = spawn(process.execPath, args, { detached: true, stdio: ["pipe", "ignore", "inherit"] });
  const { cluster, ports, run } = await startCluster(built, FOLDERS, say);
  cluster.close();
  writeState(FOLDERS, { stack: "e2e", kubeconfig: kubeconfigOf(FOLDERS), ports, load: [], run });
  process.env[RUN] = `e2e-${process.pid}`;
}

/** Ends every process and removes the folder. */
export async function endWorld(): Promise<void> {
  await clear(FOLDERS);
  reaper?.stdin?.end();
}
