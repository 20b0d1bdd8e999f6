/**
 * Prometheus. This file configures it from PodMonitors, as its operator does in a cluster.
 *
 * Targets are found through the API server, as the operator has it. Only their address differs: simulated pods have none, and
 * the simulator answers for them.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Binaries } from "./build.js";
import type { Cluster, KubernetesObject } from "./client.js";
import { type Folders, writePrivate } from "./folders.js";
import { LOOPBACK } from "./ports.js";
import { start, type Started } from "./processes.js";
import { secretFile, secretOf } from "./secrets.js";

interface Relabeling {
  sourceLabels?: string[];
  targetLabel?: string;
  regex?: string;
  replacement?: string;
  action?: string;
}

/** A PodMonitor, with the fields that ours have. */
export interface PodMonitor extends KubernetesObject {
  spec: {
    selector: { matchLabels?: Record<string, string> };
    podMetricsEndpoints: {
      port: string;
      path?: string;
      interval?: string;
      scrapeTimeout?: string;
      relabelings?: Relabeling[];
    }[];
  };
}

const META = "__meta_kubernetes_pod";

/** Label names have no other characters in Prometheus. */
function metaLabel(label: string): string {
  return `${META}_label_${label.replace(/[^a-zA-Z0-9_]/g, "_")}`;
}

/** Prometheus' own names of an operator's relabeling. */
function relabelConfig({ sourceLabels, targetLabel, ...rest }: Relabeling): object {
  return {
    ...(sourceLabels !== undefined && { source_labels: sourceLabels }),
    ...(targetLabel !== undefined && { target_label: targetLabel }),
    ...rest,
  };
}

function keep(source: string, value: string): object {
  return { source_labels: [source], regex: value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), action: "keep" };
}

/** How Prometheus finds its targets. */
interface Sources {
  kubeconfig: string;
  /** Host and port of the simulator. */
  simulator: string;
  /** File of the token that the simulator asks for. */
  tokenFile: string;
}

function scrapeConfigs(monitor: PodMonitor, { kubeconfig, simulator, tokenFile }: Sources): object[] {
  const { name, namespace = "default" } = monitor.metadata;
  return monitor.spec.podMetricsEndpoints.map((endpoint, index) => ({
    job_name: `podMonitor/${namespace}/${name}/${index}`,
    ...(endpoint.interval !== undefined && { scrape_interval: endpoint.interval }),
    ...(endpoint.scrapeTimeout !== undefined && { scrape_timeout: endpoint.scrapeTimeout }),
    authorization: { credentials_file: tokenFile },
    kubernetes_sd_configs: [{ role: "pod", kubeconfig_file: kubeconfig, namespaces: { names: [namespace] } }],
    relabel_configs: [
      { source_labels: [`${META}_phase`], regex: "(Failed|Succeeded)", action: "drop" },
      ...Object.entries(monitor.spec.selector.matchLabels ?? {}).map(([label, value]) => keep(metaLabel(label), value)),
      keep(`${META}_container_port_name`, endpoint.port),
      { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
      { source_labels: [`${META}_container_name`], target_label: "container" },
      { source_labels: [`${META}_name`], target_label: "pod" },
      { target_label: "job", replacement: `${namespace}/${name}` },
      { target_label: "endpoint", replacement: endpoint.port },
      ...(endpoint.relabelings ?? []).map(relabelConfig),
      {
        source_labels: ["__meta_kubernetes_namespace", `${META}_name`],
        separator: "/",
        target_label: "__metrics_path__",
        replacement: `/pods/$1${endpoint.path ?? "/metrics"}`,
      },
      { target_label: "__address__", replacement: simulator },
    ],
  }));
}

/** The configuration for all PodMonitors of a cluster. */
export function prometheusConfig(monitors: readonly PodMonitor[], sources: Sources): object {
  return {
    global: { scrape_interval: "30s", evaluation_interval: "30s" },
    scrape_configs: monitors.flatMap((monitor) => scrapeConfigs(monitor, sources)),
  };
}

/** Writes the configuration for the cluster's current PodMonitors. */
export async function writePrometheusConfig(
  cluster: Cluster,
  folders: Folders,
  kubeconfig: string,
  simulatorPort: number,
): Promise<void> {
  const monitors = await cluster.list<PodMonitor>("monitoring.coreos.com/v1", "PodMonitor");
  const config = prometheusConfig(monitors, {
    kubeconfig,
    simulator: `${LOOPBACK}:${simulatorPort}`,
    tokenFile: secretFile(folders, "simulator-token"),
  });
  writePrivate(join(folders.run, "prometheus.yaml"), stringify(config, { lineWidth: 0 }));
}

/** Prometheus knows this user alone. */
export const PROMETHEUS_USER = "local";

/** The URL of the run's Prometheus with its password, for KEDA and these tools. */
export function prometheusUrl(folders: Folders, port: number): string {
  return `http://${PROMETHEUS_USER}:${secretOf(folders, "prometheus-password")}@${LOOPBACK}:${port}`;
}

/** Who may query, in Prometheus' form: it stores a password as its bcrypt hash. */
function writeUsers(binaries: Pick<Binaries, "bcrypt">, folders: Folders): string {
  const file = join(folders.run, "prometheus-users.yaml");
  if (!existsSync(file)) {
    const hash = execFileSync(binaries.bcrypt, { input: secretOf(folders, "prometheus-password"), encoding: "utf8" });
    writePrivate(file, stringify({ basic_auth_users: { [PROMETHEUS_USER]: hash } }));
  }
  return file;
}

export function startPrometheus(
  binaries: Pick<Binaries, "prometheus" | "bcrypt">,
  folders: Folders,
  port: number,
): Started {
  return start(
    "prometheus",
    binaries.prometheus,
    [
      `--config.file=${join(folders.run, "prometheus.yaml")}`,
      `--storage.tsdb.path=${join(folders.run, "prometheus")}`,
      "--storage.tsdb.retention.time=1d",
      `--web.listen-address=${LOOPBACK}:${port}`,
      `--web.config.file=${writeUsers(binaries, folders)}`,
      // For the password's owner, as everything.
      "--web.enable-lifecycle",
      "--log.level=warn",
    ],
    folders,
  );
}

/** Sends a request; the answer's status, or 0 when nobody answers. @param token if the server asks for one */
export function httpStatus(method: string, url: string, body?: string, token?: string): Promise<number> {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return new Promise((done) => {
    const call = request(url, { method, headers, timeout: 5000, agent: false }, (response) => {
      response.resume();
      response.on("end", () => done(response.statusCode ?? 0));
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => done(0));
    call.end(body);
  });
}

/** Reloads Prometheus' configuration. @param url with its password */
export async function reloadPrometheus(url: string): Promise<void> {
  const status = await httpStatus("POST", `${url}/-/reload`);
  if (status !== 200) throw new Error(`Prometheus did not take its configuration: HTTP ${status}`);
}

/** @param url with its password */
export async function prometheusIsReady(url: string): Promise<boolean> {
  return (await httpStatus("GET", `${url}/-/ready`)) === 200;
}
