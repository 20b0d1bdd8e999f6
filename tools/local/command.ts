/** `npm run local`: a stack in a cluster of this machine. Each command returns what is to be printed. */
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ContractError, error, formatProblem } from "../../components/contract/problems.js";
import { nodeGroupsOf } from "../../stacks/config.js";
import { collect, type CollectedResource } from "../collect.js";
import { loadStack } from "../loadStack.js";
import { leftOut } from "../render.js";
import { type Applied, applyAll, prune, untilRolledOut } from "./apply.js";
import { build, type Report } from "./build.js";
import { Cluster } from "./client.js";
import { customResourceDefinitions, installDefinitions } from "./crds.js";
import { type Folders, foldersOf } from "./folders.js";
import { startKwok } from "./kwok.js";
import { withLock } from "./lock.js";
import { loadNames, stackSteps } from "./manifests.js";
import { makeNodes, simulatedNodes, stackNodes } from "./nodes.js";
import { LOOPBACK } from "./ports.js";
import { running, stopAll, until } from "./processes.js";
import { httpStatus } from "./prometheus.js";
import { parseLoadTimes } from "./simulation.js";
import { clear, followPodMonitors, prometheusUrl, startCluster } from "./start.js";
import { type LocalState, readState, writeState } from "./state.js";
import { statusOf, statusText } from "./status.js";

/** Options of `up`. */
export interface UpOptions {
  /** Load times, such as `10s` or `chat=90s`. */
  load: string[];
  /** Wait until every model is ready. */
  wait: boolean;
  /** Seconds that a route, or `wait`, waits for a model. */
  timeout: number;
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
const DEFAULT_REGION = "us-east-1";
/** Longer than a namespace full of pods takes to go. */
const DELETE_SECONDS = 60;

function lockOf(folders: Folders): string {
  const folder = dirname(folders.run);
  mkdirSync(folder, { recursive: true });
  return join(folder, "lock");
}

/** Whether everything that was started still runs. */
function isUp(folders: Folders, state: LocalState | undefined): state is LocalState {
  return state !== undefined && running(folders).length === (state.ports === undefined ? 1 : PROCESSES);
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
  const load = parseLoadTimes(options.load, loadNames(resources));
  const others = leftOut(resources);
  if (others.length > 0) report(`Left out, for a simulated cluster has no use for them: ${others.join(", ")}.`);

  return withLock(lockOf(folders), report, async () => {
    const state = await ensureCluster(folders, stack, options, report);
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
      const applied = await applyStack(cluster, stack, resources, surroundings, options, report);
      if (state.ports !== undefined) await followPodMonitors({ cluster, folders, ports: state.ports });
      const text = [await tables(cluster, stack), hints(state)].join("\n");
      return { text, exitCode: applied.stuck.length === 0 ? 0 : 1 };
    } finally {
      cluster.close();
    }
  });
}

/** The cluster that is up, or one that is started, or the one that the options name. */
async function ensureCluster(folders: Folders, stack: string, options: UpOptions, report: Report): Promise<LocalState> {
  const state = readState(folders);
  if (isUp(folders, state)) {
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
  if (existsSync(folders.run)) report("An earlier run has not ended as it should: clearing up after it.");
  const next =
    options.kubeconfig === undefined
      ? await startHere(folders, stack, report)
      : await joinCluster(folders, stack, resolve(options.kubeconfig), options.context, report);
  writeState(folders, next);
  return next;
}

async function startHere(folders: Folders, stack: string, report: Report): Promise<LocalState> {
  const binaries = await build(folders.bin, report);
  const { cluster, ports } = await startCluster(binaries, folders, report);
  cluster.close();
  return { stack, kubeconfig: join(folders.run, "kubeconfig"), ports };
}

/** Makes a cluster that is there ready for simulated nodes. */
async function joinCluster(
  folders: Folders,
  stack: string,
  kubeconfig: string,
  context: string | undefined,
  report: Report,
): Promise<LocalState> {
  const cluster = new Cluster(kubeconfig, context);
  try {
    const binaries = await build(folders.bin, report, ["kwok"]);
    const definitions = await customResourceDefinitions();
    await clear(folders);
    mkdirSync(folders.run, { recursive: true });
    const installed = await installDefinitions(cluster, definitions);
    await startKwok(binaries, folders, kubeconfig);
    report(`Using ${cluster.server}. What scales there is that cluster's own KEDA and Prometheus, if it has them.`);
    return { stack, kubeconfig, installed, ...(context !== undefined && { context }) };
  } finally {
    cluster.close();
  }
}

async function applyStack(
  cluster: Cluster,
  stack: string,
  resources: readonly CollectedResource[],
  surroundings: Parameters<typeof stackSteps>[1],
  { timeout, wait }: UpOptions,
  report: Report,
): Promise<Applied> {
  const began = Date.now();
  const steps = stackSteps(resources, surroundings);
  const applied = await applyAll(cluster, steps, { rolloutSeconds: timeout });
  for (const { deployment, reason, left } of applied.stuck) {
    report(`${deployment} is not ready after ${timeout} s (${reason}); left as it was: ${left.join(", ")}.`);
  }
  // What still serves must stay while its successor is not ready.
  const gone = applied.stuck.length === 0 ? await prune(cluster, stack, steps) : [];
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  const deleted = gone.length === 0 ? "" : `, ${gone.length} deleted`;
  report(
    `Applied stack ${stack} in ${seconds} s: ${applied.changed.length} changed, ${applied.unchanged} unchanged${deleted}.`,
  );
  if (wait) {
    const deployments = steps.map(({ object }) => object).filter(({ kind }) => kind === "Deployment");
    await Promise.all(deployments.map((deployment) => untilRolledOut(cluster, deployment, timeout)));
    report(`Every model is ready after ${((Date.now() - began) / 1000).toFixed(1)} s.`);
  }
  return applied;
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

async function leaveCluster(state: LocalState): Promise<void> {
  const cluster = clusterOf(state);
  try {
    await prune(cluster, state.stack, []);
    const labels = { "app.kubernetes.io/part-of": state.stack };
    const wide = await Promise.all([
      cluster.list("v1", "Namespace", { labels }),
      cluster.list("scheduling.k8s.io/v1", "PriorityClass", { labels }),
    ]);
    for (const object of wide.flat()) await cluster.remove(object);
    await until(
      "the end of the stack's namespace",
      async () => (await cluster.list("v1", "Namespace", { labels })).length === 0,
      {
        seconds: DELETE_SECONDS,
      },
    );
    for (const node of await simulatedNodes(cluster)) await cluster.remove(node);
    for (const name of state.installed ?? []) {
      await cluster.remove({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name },
      });
    }
  } finally {
    cluster.close();
  }
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
    const labels = { "app.kubernetes.io/part-of": state.stack };
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
