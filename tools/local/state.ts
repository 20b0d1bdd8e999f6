/** What is up, for later calls of the command line. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Folders, writePrivate } from "./folders.js";
import type { Ports } from "./start.js";

export interface LocalState {
  stack: string;
  /** Path of the kubeconfig to use. */
  kubeconfig: string;
  /** Context of that kubeconfig. @default its current one */
  context?: string;
  /** Of a cluster that was started here; absent for an existing one. */
  ports?: Ports;
  /** Load times that were given, the latest last: without them the next `up` would roll out every pod. */
  load: string[];
  /** Id of the run: a label of everything that it created. */
  run: string;
  /** The existing cluster. */
  joined?: JoinedCluster;
}

/** An existing cluster, as it was when the user agreed. */
export interface JoinedCluster {
  server: string;
  /** The uid of its namespace kube-system, which no other cluster has. */
  uid: string;
}

function fileOf({ run }: Folders): string {
  return join(run, "state.json");
}

/**
 * For a cluster that is started here, written last: without it, a start did not finish. For an existing one, written before
 * anything is put into it: without it, nobody would know what to remove.
 */
export function writeState(folders: Folders, state: LocalState): void {
  writePrivate(fileOf(folders), JSON.stringify(state, null, 2));
}

/** @returns nothing also for the file of an earlier version, which did not mark what it created */
export function readState(folders: Folders): LocalState | undefined {
  if (!existsSync(fileOf(folders))) return undefined;
  const state = JSON.parse(readFileSync(fileOf(folders), "utf8")) as Partial<LocalState>;
  return state.run === undefined ? undefined : (state as LocalState);
}
