/** Starts a whole cluster: control plane, KWOK, KEDA, Prometheus and the simulator, in the order of their dependencies. */
import { readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import type { Binaries, Report } from "./build.js";
import { Cluster } from "./client.js";
import { certificateFile, startControlPlane } from "./controlPlane.js";
import { customResourceDefinitions, installDefinitions } from "./crds.js";
import { type Folders, kubeconfigOf, makePrivateFolder } from "./folders.js";
import { kedaIsRegistered, kedaObjects, type KedaPorts, startKeda } from "./keda.js";
import { startKwok } from "./kwok.js";
import { newRun } from "./ownership.js";
import { namedPorts } from "./ports.js";
import { ProcessEnded, SIMULATOR, start, type Started, stopAll, until } from "./processes.js";
import {
  prometheusIsReady,
  prometheusUrl,
  reloadPrometheus,
  startPrometheus,
  writePrometheusConfig,
} from "./prometheus.js";
import { secretFile, secretOf } from "./secrets.js";
import { simulatorIsReady } from "./simulator/load.js";

/** Ports that other programs need. */
export interface Ports {
  prometheus: number;
  simulator: number;
}

/** A cluster that runs. */
export interface LocalCluster {
  cluster: Cluster;
  folders: Folders;
  ports: Ports;
  /** Id of the run: KWOK looks after nodes that are annotated with it. */
  run: string;
}

/** Attempts with other ports, when another process took one first. */
const ATTEMPTS = 3;

/**
 * Starts everything. Processes and files of an earlier start in the folder are removed.
 *
 * @throws LocalFailure when something does not come up, with the end of its log
 */
export async function startCluster(binaries: Binaries, folders: Folders, report: Report): Promise<LocalCluster> {
  for (let attempt = 1; ; attempt += 1) {
    await clear(folders);
    makePrivateFolder(folders.run);
    try {
      return await startOnce(binaries, folders, report);
    } catch (thrown) {
      // The logs stay: the message names them.
      await stopAll(folders);
      if (!(thrown instanceof ProcessEnded && thrown.portTaken && attempt < ATTEMPTS)) throw thrown;
      report("A port was taken meanwhile: trying others.");
    }
  }
}

/** Ends the processes and removes the folder. */
export async function clear(folders: Folders): Promise<number> {
  const stopped = await stopAll(folders);
  rmSync(folders.run, { recursive: true, force: true, maxRetries: 5 });
  return stopped;
}

async function startOnce(binaries: Binaries, folders: Folders, report: Report): Promise<LocalCluster> {
  const began = Date.now();
  const seconds = () => ((Date.now() - began) / 1000).toFixed(1);
  // Fetched before anything runs: a missing module must leave nothing behind.
  const definitions = await customResourceDefinitions();
  const plane = await startControlPlane(binaries, folders);
  report(`API server, controllers and scheduler are up after ${seconds()} s.`);
  const cluster = new Cluster(plane.kubeconfig);
  const run = newRun();
  const kwok = await startKwok(binaries, folders, plane.kubeconfig, run);
  await installDefinitions(cluster, definitions, run);

  // In one call: a second call might return a port of the first.
  const { prometheus, simulator, ...kedaPorts } = await namedPorts("prometheus", "simulator", "metrics", "adapter");
  const ports = { prometheus, simulator };
  const processes = [
    ...plane.processes,
    kwok,
    await startMetrics(binaries, folders, cluster, ports),
    startSimulator(folders, ports.simulator),
    ...startKeda(binaries, folders, plane.kubeconfig, kedaPorts),
  ];
  await registerKeda(cluster, folders, kedaPorts);
  const url = prometheusUrl(folders, ports.prometheus);
  await until("Prometheus", () => prometheusIsReady(url), { processes });
  await until("the simulator", () => simulatorIsReady(folders, ports.simulator), { processes });
  await until("KEDA's metrics adapter", () => kedaIsRegistered(cluster), { processes });
  report(`KWOK, KEDA and Prometheus are up after ${seconds()} s.`);
  return { cluster, folders, ports, run };
}

async function startMetrics(binaries: Binaries, folders: Folders, cluster: Cluster, ports: Ports): Promise<Started> {
  await writePrometheusConfig(cluster, folders, kubeconfigOf(folders), ports.simulator);
  return startPrometheus(binaries, folders, ports.prometheus);
}

async function registerKeda(cluster: Cluster, folders: Folders, ports: KedaPorts): Promise<void> {
  const authority = readFileSync(certificateFile(folders, "ca.crt"), "utf8");
  for (const object of kedaObjects(ports, authority)) await cluster.apply(object);
}

function startSimulator(folders: Folders, port: number): Started {
  const tsx = createRequire(__filename).resolve("tsx/cjs");
  secretOf(folders, "simulator-token");
  const token = secretFile(folders, "simulator-token");
  const own = [`--kubeconfig=${kubeconfigOf(folders)}`, `--port=${port}`, `--token-file=${token}`];
  const args = ["--require", tsx, SIMULATOR, ...own];
  return start("simulator", process.execPath, args, folders);
}

/** Makes Prometheus scrape the cluster's current pods. */
export async function followPodMonitors({ cluster, folders, ports }: LocalCluster): Promise<void> {
  await writePrometheusConfig(cluster, folders, kubeconfigOf(folders), ports.simulator);
  await reloadPrometheus(prometheusUrl(folders, ports.prometheus));
}
