/** What is up, as a later call of the command line has to know it. */
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Folders } from "./folders.js";
import type { Ports } from "./start.js";

export interface LocalState {
  stack: string;
  /** Path of the kubeconfig to use. */
  kubeconfig: string;
  /** Of that kubeconfig; its current one unless there. */
  context?: string;
  /** Of a cluster that was started here; absent for one that was there. */
  ports?: Ports;
  /** Load times that were given, the latest last: left out the next time, they would roll every pod out. */
  load: string[];
  /** Custom resources that a cluster which was there did not have. */
  installed?: string[];
}

function fileOf({ run }: Folders): string {
  return join(run, "state.json");
}

/** Written last: without it, a start has not come to its end. */
export function writeState(folders: Folders, state: LocalState): void {
  const partial = `${fileOf(folders)}.partial`;
  writeFileSync(partial, JSON.stringify(state, null, 2));
  renameSync(partial, fileOf(folders));
}

export function readState(folders: Folders): LocalState | undefined {
  if (!existsSync(fileOf(folders))) return undefined;
  return JSON.parse(readFileSync(fileOf(folders), "utf8")) as LocalState;
}
