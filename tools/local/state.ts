/** What is up, as a later call of the command line has to know it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Folders, writePrivate } from "./folders.js";
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
  /** Id of the run: a label of everything that it has made. */
  run: string;
  /** The cluster that was there. */
  joined?: JoinedCluster;
}

/** A cluster that was there, as it was when it was agreed to. */
export interface JoinedCluster {
  server: string;
  /** The uid of its namespace kube-system, which no other cluster has. */
  uid: string;
}

function fileOf({ run }: Folders): string {
  return join(run, "state.json");
}

/**
 * Of a cluster that is started here, written last: without it, a start has not come to its end. Of one that was there,
 * written before anything is put into it: without it, nobody would know what to take out.
 */
export function writeState(folders: Folders, state: LocalState): void {
  writePrivate(fileOf(folders), JSON.stringify(state, null, 2));
}

/** @returns nothing also where an earlier version has written it, which did not mark what it made */
export function readState(folders: Folders): LocalState | undefined {
  if (!existsSync(fileOf(folders))) return undefined;
  const state = JSON.parse(readFileSync(fileOf(folders), "utf8")) as Partial<LocalState>;
  return state.run === undefined ? undefined : (state as LocalState);
}
