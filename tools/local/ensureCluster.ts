/** The cluster of a call of `up`: the one that is up, a new one, or an existing one. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { error, listOr, type Problem } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";
import { build, type Report } from "./build.js";
import { Cluster } from "./client.js";
import { type Folders, kubeconfigOf } from "./folders.js";
import { joinCluster, type ObjectsOf } from "./otherCluster.js";
import { LOCAL_PROGRAMS } from "./programs.js";
import { running } from "./processes.js";
import { clear, startCluster } from "./start.js";
import { type LocalState, readState } from "./state.js";

/** Which cluster is wanted. */
export interface ClusterOptions {
  /** Use this cluster instead of starting one. */
  kubeconfig?: string;
  context?: string;
  /** Go on without a question. */
  yes?: boolean;
}

/** Programs of a cluster that is started here, with the simulator. */
const PROCESSES = 9;
/** Whether everything that was started still runs. */
export function isUp(folders: Folders, { ports }: LocalState): boolean {
  return running(folders).length === (ports === undefined ? 1 : PROCESSES);
}

/** Why a call does not fit what is up. */
function misfits(
  folders: Folders,
  stack: string,
  { kubeconfig, context }: ClusterOptions,
  state: LocalState,
): Problem[] {
  const otherStack = `stack ${state.stack} is up in ${state.joined?.server ?? folders.run}: npm run local -- down, then up ${stack}`;
  const otherCluster = `the stack is up in another cluster (${state.kubeconfig}): npm run local -- down first`;
  const moved = kubeconfig !== undefined && (resolve(kubeconfig) !== state.kubeconfig || context !== state.context);
  return [
    ...(state.stack === stack ? [] : [error("local", otherStack)]),
    ...(moved ? [error("--kubeconfig", otherCluster)] : []),
  ];
}

/** @throws BadInput for a kubeconfig without a context: its current context may change */
function checkAddress({ kubeconfig, context }: ClusterOptions): void {
  if (kubeconfig === undefined && context !== undefined)
    throw new BadInput([error("--context", "is of a kubeconfig: name that by --kubeconfig, too")]);
  if (kubeconfig === undefined || context !== undefined) return;
  const cluster = new Cluster(kubeconfig);
  const known = cluster.config.getContexts().map(({ name }) => name);
  throw new BadInput([error("--context", `has to say which cluster of ${kubeconfig} is meant: use ${listOr(known)}`)]);
}

/**
 * The cluster that is up, a new one, or the one that the options name.
 *
 * @param objectsOf what will be put into it
 * @throws BadInput when it must not be used; nothing is changed then
 */
export async function ensureCluster(
  folders: Folders,
  stack: string,
  options: ClusterOptions,
  objectsOf: ObjectsOf,
  report: Report,
): Promise<LocalState> {
  checkAddress(options);
  const state = readState(folders);
  const joined = state?.ports === undefined ? state : undefined;
  const up = state !== undefined && isUp(folders, state);
  const wrong = state !== undefined && (up || joined !== undefined) ? misfits(folders, stack, options, state) : [];
  if (wrong.length > 0) throw new BadInput(wrong);
  if (up && joined === undefined) return state;
  if (!up && existsSync(folders.run)) report("An earlier run has not ended as it should: clearing up after it.");
  const address = joined ?? options;
  if (address.kubeconfig === undefined) return startHere(folders, stack, report);
  // In an existing cluster the objects outlive our processes, and so does the record of them.
  if (joined === undefined) await clear(folders);
  return joinCluster(
    folders,
    stack,
    { kubeconfig: resolve(address.kubeconfig), context: address.context! },
    objectsOf,
    { earlier: joined, yes: options.yes ?? false, report },
  );
}

async function startHere(folders: Folders, stack: string, report: Report): Promise<LocalState> {
  const binaries = await build(folders.bin, report, LOCAL_PROGRAMS);
  const { cluster, ports, run } = await startCluster(binaries, folders, report);
  cluster.close();
  return { stack, kubeconfig: kubeconfigOf(folders), ports, load: [], run };
}
