/** `npm run local`: a stack in a cluster of this machine. Each command returns the text to print. */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { LABELS, LOCAL_RUN } from "../../components/vocabulary/labels.js";
import { counted, formatProblem } from "../../components/config/problems.js";
import { nodeGroupsOf } from "../../stacks/clusterConfig.js";
import { collectStack } from "../collect.js";
import { BadInput, Failure } from "../failure.js";
import { loadStack } from "../loadStack.js";
import { leftOut } from "../render/manifests.js";
import { regionOf } from "../stackFile.js";
import { applyStack, type Waiting } from "./applyStack.js";
import type { Report } from "./build.js";
import { Cluster } from "./client.js";
import { type ClusterOptions, ensureCluster, isUp } from "./ensureCluster.js";
import { type Folders, foldersOf, kubeconfigOf } from "./folders.js";
import { withLock } from "../lock.js";
import { loadNames, stackSteps } from "./manifests.js";
import { makeNodes, nodeObject, stackNodes } from "./nodes.js";
import { leaveCluster } from "./otherCluster.js";
import { LOOPBACK } from "./ports.js";
import { running } from "./processes.js";
import { PROMETHEUS_USER, prometheusUrl } from "./prometheus.js";
import { secretFile } from "./secrets.js";
import { sendLoad } from "./simulator/load.js";
import { parseLoadTimes, stillNamed } from "./simulation.js";
import { clear, followPodMonitors } from "./start.js";
import { type LocalState, readState, writeState } from "./state.js";
import { statusOf, statusText } from "./status.js";

/** Options of `up`. */
export interface UpOptions extends Waiting, ClusterOptions {
  /** Load times, such as `10s` or `chat=90s`. */
  load?: string[];
}

/** Options of `down`. */
export interface DownOptions {
  /** Go on without a question. */
  yes?: boolean;
  /** Forget an existing cluster that is gone for good, with what `up` put into it. */
  forget?: boolean;
}

/** What a command has to say, and its exit code. */
export interface Outcome {
  text: string;
  exitCode: 0 | 1;
}

/** Zones to spread nodes over; a stack that builds its cluster has AWS choose them. */
const ZONES = ["a", "b", "c"];

function lockOf(folders: Folders): string {
  const folder = dirname(folders.run);
  mkdirSync(folder, { recursive: true });
  return join(folder, "lock");
}

function clusterOf(state: LocalState): Cluster {
  return new Cluster(state.kubeconfig, state.context);
}

/** The state of the run. @throws BadInput when nothing is up */
function requireState(folders: Folders): LocalState {
  const state = readState(folders);
  if (state === undefined) throw new BadInput("nothing is up: npm run local -- up");
  return state;
}

export async function up(project: string, stack: string, options: UpOptions, report: Report): Promise<Outcome> {
  const folders = foldersOf(project);
  const { file, config, warnings } = loadStack(project, stack);
  for (const problem of warnings) report(`warning: ${formatProblem(problem)}`);
  const resources = await collectStack(file, config);
  const names = loadNames(resources);
  const given = options.load ?? [];
  parseLoadTimes(given, names);
  const others = leftOut(resources);
  if (others.length > 0) report(`Left out, for a simulated cluster has no use for them: ${others.join(", ")}.`);

  const region = regionOf(file);
  const nodes = stackNodes(
    nodeGroupsOf(config.cluster),
    ZONES.map((zone) => region + zone),
  );
  const objectsOf = (run: string) => [
    ...stackSteps(resources, { run, load: parseLoadTimes([], names) }).map(({ object }) => object),
    ...nodes.map((node) => nodeObject(node, run)),
  ];

  return withLock(lockOf(folders), report, async () => {
    const before = await ensureCluster(folders, stack, options, objectsOf, report);
    const state = { ...before, load: [...stillNamed(before.load, names), ...given] };
    writeState(folders, state);
    const { run, ports } = state;
    const cluster = clusterOf(state);
    try {
      await makeNodes(cluster, nodes, run);
      const settings = {
        run,
        load: parseLoadTimes(state.load, names),
        ...(ports !== undefined && { prometheusUrl: prometheusUrl(folders, ports.prometheus) }),
      };
      const asWanted = await applyStack(cluster, stack, resources, settings, options, report);
      if (ports !== undefined) await followPodMonitors({ cluster, folders, ports, run });
      return { text: [await tables(cluster, state), hints(folders, state)].join("\n"), exitCode: asWanted ? 0 : 1 };
    } finally {
      cluster.close();
    }
  });
}

async function tables(cluster: Cluster, { stack, run }: LocalState): Promise<string> {
  return statusText(await statusOf(cluster, stack, run));
}

function hints(folders: Folders, { ports }: LocalState): string {
  const password = `user ${PROMETHEUS_USER}, password in ${secretFile(folders, "prometheus-password")}`;
  const prometheus = ports === undefined ? [] : [`Prometheus: http://${LOOPBACK}:${ports.prometheus} (${password})`];
  return [`export KUBECONFIG=${kubeconfigOf(folders)}`, ...prometheus].join("\n");
}

export async function status(project: string): Promise<Outcome> {
  const folders = foldersOf(project);
  const state = requireState(folders);
  if (!isUp(folders, state)) {
    throw new Failure(
      `not everything runs any more, see ${join(folders.run, "logs")}: npm run local -- up starts it anew`,
    );
  }
  const cluster = clusterOf(state);
  try {
    return { text: [await tables(cluster, state), hints(folders, state)].join("\n"), exitCode: 0 };
  } finally {
    cluster.close();
  }
}

/** Ends everything; removes from an existing cluster what `up` put into it. */
export async function down(project: string, options: DownOptions, report: Report): Promise<Outcome> {
  const folders = foldersOf(project);
  return withLock(lockOf(folders), report, async () => {
    const state = readState(folders);
    const before = running(folders).length;
    const left = state?.joined === undefined ? [] : await leave(folders, state, options, report);
    await clear(folders);
    const stopped =
      before === 0 && state?.joined === undefined
        ? "Nothing was up."
        : `Down: ${counted(before, "process", "processes")} ended.`;
    return { text: [...left, stopped].join("\n"), exitCode: 0 };
  });
}

async function leave(
  folders: Folders,
  state: LocalState,
  { yes = false, forget = false }: DownOptions,
  report: Report,
): Promise<string[]> {
  if (forget)
    return [`Forgotten: ${state.joined!.server}. What is left there carries the label ${LOCAL_RUN}=${state.run}.`];
  return leaveCluster(folders, state, { yes, report });
}

/** Keeps this load on a Service's pods until the next call. */
export async function load(project: string, service: string, inFlight: number, kvCache: number): Promise<Outcome> {
  const folders = foldersOf(project);
  const state = requireState(folders);
  if (state.ports === undefined) {
    throw new BadInput("load needs the Prometheus of a cluster that was started here; this one was there");
  }
  const cluster = clusterOf(state);
  try {
    const labels = { [LABELS.partOf]: state.stack };
    const services = await cluster.list("v1", "Service", { labels });
    const found = services.find(({ metadata }) => metadata.name === service);
    if (found === undefined) {
      const names = services.map(({ metadata }) => metadata.name).join(", ");
      throw new BadInput(`there is no model ${JSON.stringify(service)}: use ${names}`);
    }
    const path = `${found.metadata.namespace}/${service}`;
    const answer = await sendLoad(folders, state.ports.simulator, path, { inFlight, kvCache });
    if (answer !== 204) throw new Failure(`the simulator does not answer (HTTP ${answer}): npm run local -- up`);
    return {
      text: `${service}: ${inFlight} requests in flight, KV cache of ${kvCache} replicas in use; npm run local -- status shows what it does`,
      exitCode: 0,
    };
  } finally {
    cluster.close();
  }
}
