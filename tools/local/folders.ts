/** Where files are kept: in one folder of the checkout, so that two checkouts are independent. */
import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Folders of a local control plane. */
export interface Folders {
  /** Built programs, kept between starts. */
  bin: string;
  /** All of one control plane: certificates, logs, etcd's data. Goes with it. */
  run: string;
}

/** @param name of the control plane: `run` is the command line's, tests have their own */
export function foldersOf(project: string, name = "run"): Folders {
  return { bin: join(project, ".local", "bin"), run: join(project, ".local", name) };
}

export function logsOf({ run }: Folders): string {
  return join(run, "logs");
}

/** The kubeconfig of its administrator. */
export function kubeconfigOf({ run }: Folders): string {
  return join(run, "kubeconfig");
}

/** Creates a folder that only its user may enter. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  // An existing folder keeps its mode.
  chmodSync(path, 0o700);
}

/** Replaces a file by one that only its user may read, whatever mode the old one had. */
export function writePrivate(file: string, content: string): void {
  const partial = `${file}.partial`;
  writeFileSync(partial, content, { mode: 0o600 });
  chmodSync(partial, 0o600);
  renameSync(partial, file);
}
