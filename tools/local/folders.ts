/** Where things are kept: one folder of the checkout, so that two checkouts know nothing of each other. */
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
