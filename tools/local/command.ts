/** `npm run local`: a stack in a cluster of this machine. Each command returns what is to be printed. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { LABELS } from "../../components/contract/labels.js";
import { ContractError, error, formatProblem } from "../../components/contract/problems.js";
import { nodeGroupsOf } from "../../stacks/config.js";
import { collect, DEFAULT_REGION } from "../collect.js";
import { loadStack } from "../loadStack.js";
import { leftOut } from "../render.js";
import { applyStack, type Waiting } from "./applyStack.js";
import { build, type Report } from "./build.js";
import { Cluster } from "./client.js";
import { type Folders, foldersOf, kubeconfigOf } from "./folders.js";
import { withLock } from "../lock.js";
import { loadNames } from "./manifests.js";
import { makeNodes, stackNodes } from "./nodes.js";
import { joinCluster, leaveCluster } from "./otherCluster.js";
import { LOOPBACK } from "./ports.js";
import { running, stopAll } from "./processes.js";
import { httpStatus } from "./prometheus.js";
import { parseLoadTimes, stillNamed } from "./simulation.js";
import { clear, followPodMonitors, prometheusUrl, startCluster } from "./start.js";
import { type LocalState, readState, writeState } from "./state.js";
import { statusOf, statusText } from "./status.js";

/** Options of `up`. */
export interface UpOptions extends Waiting {
  /** Load times, such as `10s` or `chat=90s`. */
  load?: string[];
  /** Use this cluster instead of starting one. */
  kubeconfig?: string;
  context?: string;
}

/** What a command has to say, and its exit code. */
export interface Outcome {
  text: string;
  exitCode: 0 | 1;
}

/** Programs of a cluster that is started here, with the simulator. */
const PROCESSES = 9;
/** Zones to spread nodes over; a stack that builds its cluster has AWS choose them. */
const ZONES = ["a", "b", "c"];

function lockOf(folders: Folders): string {
  const folder = dirname(folders.run);
  mkdirSync(folder, { recursive: true });
  return join(folder, "lock");
}

/** Whether everything that was started still runs. */
function isUp(folders: Folders, { ports }: LocalState): boolean {
  return running(folders).length === (ports === undefined ? 1 : PROCESSES);
}

function clusterOf(state: LocalState): Cluster {
  return new Cluster(state.kubeconfig, state.context);
}

/** The state of what is up. @throws ContractError when nothing is */
function requireState(folders: Folders): LocalState {
  const state = readState(folders);
  if (state === undefined) throw new ContractError([error("local", "nothing is up: npm run local -- up")]);
  return state;
}

export async function up(project: string, stack: string, options: UpOptions, report: Report): Promise<Outcome> {
  const folders = foldersOf(project);
  const { file, config, warnings } = loadStack(project, stack);
  for (const problem of warnings) report(`warning: ${formatProblem(problem)}`);
  const resources = await collect(file);
  const names = loadNames(resources);
  const given = options.load ?? [];
  parseLoadTimes(given, names);
  const others = leftOut(resources);
  if (others.length > 0) report(`Left out, for a simulated cluster has no use for them: ${others.join(", ")}.`);

  return withLock(lockOf(folders), report, async () => {
    const before = await ensureCluster(folders, stack, options, report);
    const state = { ...before, load: [...stillNamed(before.load, names), ...given] };
    writeState(folders, state);
    const load = parseLoadTimes(state.load, names);
    const cluster = clusterOf(state);
    try {
      const region = file.engineConfig["aws:region"] ?? DEFAULT_REGION;
      await makeNodes(
        cluster,
        stackNodes(
          nodeGroupsOf(config.cluster),
          ZONES.map((zone) => region + zone),
        ),
      );
      const surroundings = { load, ...(state.ports !== undefined && { prometheusUrl: prometheusUrl(state.ports) }) };
      const asWanted = await applyStack(cluster, stack, resources, surroundings, options, report);
      if (state.ports !== undefined) await followPodMonitors({ cluster, folders, ports: state.ports });
      const text = [await tables(cluster, stack), hints(state)].join("\n");
      return { text, exitCode: asWanted ? 0 : 1 };
    } finally {
      cluster.close();
    }
  });
}

/** The cluster that is up, or one that is started, or the one that the options name. */
async function ensureCluster(folders: Folders, stack: string, options: UpOptions, report: Report): Promise<LocalState> {
  const state = readState(folders);
  if (state !== undefined && isUp(folders, state)) {
    if (state.stack !== stack) {
      throw new ContractError([
        error("local", `stack ${state.stack} is up in ${folders.run}: npm run local -- down, then up ${stack}`),
      ]);
    }
    if (options.kubeconfig !== undefined && resolve(options.kubeconfig) !== state.kubeconfig) {
      throw new ContractError([
        error("--kubeconfig", `the stack is up in another cluster (${state.kubeconfig}): npm run local -- down first`),
      ]);
    }
    return state;
  }
  // Of a cluster that was there, what is in it has outlived our own processes.
  const joined = state?.ports === undefined ? state : undefined;
  if (joined !== undefined && joined.stack !== stack) {
    const message = `stack ${joined.stack} is still in the cluster of ${joined.kubeconfig}: npm run local -- down takes it out`;
    throw new ContractError([error("local", message)]);
  }
  if (existsSync(folders.run)) report("An earlier run has not ended as it should: clearing up after it.");
  const kubeconfig = options.kubeconfig === undefined ? joined?.kubeconfig : resolve(options.kubeconfig);
  const next =
    kubeconfig === undefined
      ? await startHere(folders, stack, report)
      : await joinCluster(folders, stack, { kubeconfig, context: options.context ?? joined?.context }, joined, report);
  writeState(folders, next);
  return next;
}

async function startHere(folders: Folders, stack: string, report: Report): Promise<LocalState> {
  const binaries = await build(folders.bin, report);
  const { cluster, ports } = await startCluster(binaries, folders, report);
  cluster.close();
  return { stack, kubeconfig: kubeconfigOf(folders), ports, load: [] };
}

async function tables(cluster: Cluster, stack: string): Promise<string> {
  return statusText(await statusOf(cluster, stack));
}

function hints({ kubeconfig, ports }: LocalState): string {
  const prometheus = ports === undefined ? [] : [`Prometheus: ${prometheusUrl(ports)}`];
  return [`export KUBECONFIG=${kubeconfig}`, ...prometheus].join("\n");
}

export async function status(project: string): Promise<Outcome> {
  const folders = foldersOf(project);
  const state = requireState(folders);
  if (!isUp(folders, state)) {
    throw new ContractError([
      error(
        "local",
        `not everything runs any more, see ${join(folders.run, "logs")}: npm run local -- up starts it anew`,
      ),
    ]);
  }
  const cluster = clusterOf(state);
  try {
    return { text: [await tables(cluster, state.stack), hints(state)].join("\n"), exitCode: 0 };
  } finally {
    cluster.close();
  }
}

/** Ends everything; of a cluster that was there, what `up` has put into it. */
export async function down(project: string, report: Report): Promise<Outcome> {
  const folders = foldersOf(project);
  return withLock(lockOf(folders), report, async () => {
    const state = readState(folders);
    if (state !== undefined && state.ports === undefined) await leaveCluster(state);
    const stopped = await stopAll(folders);
    await clear(folders);
    const text = stopped === 0 ? "Nothing was up." : `Down: ${stopped} process${stopped === 1 ? "" : "es"} ended.`;
    return { text, exitCode: 0 };
  });
}

/** Sends a Service's pods as much as this, until told otherwise. */
export async function load(project: string, service: string, inFlight: number, kvCache: number): Promise<Outcome> {
  const folders = foldersOf(project);
  const state = requireState(folders);
  if (state.ports === undefined) {
    throw new ContractError([
      error("local load", "needs the Prometheus of a cluster that was started here; this one was there"),
    ]);
  }
  const cluster = clusterOf(state);
  try {
    const labels = { [LABELS.partOf]: state.stack };
    const services = await cluster.list("v1", "Service", { labels });
    const found = services.find(({ metadata }) => metadata.name === service);
    if (found === undefined) {
      const names = services.map(({ metadata }) => metadata.name).join(", ");
      throw new ContractError([error("local load", `there is no model ${JSON.stringify(service)}: use ${names}`)]);
    }
    const path = `${found.metadata.namespace}/${service}`;
    const answer = await httpStatus(
      "PUT",
      `http://${LOOPBACK}:${state.ports.simulator}/load/${path}`,
      JSON.stringify({ inFlight, kvCache }),
    );
    if (answer !== 204)
      throw new ContractError([
        error("local load", `the simulator does not answer (HTTP ${answer}): npm run local -- up`),
      ]);
    return {
      text: `${service}: ${inFlight} requests in flight, KV cache of ${kvCache} replicas in use; npm run local -- status shows what it does`,
      exitCode: 0,
    };
  } finally {
    cluster.close();
  }
}
