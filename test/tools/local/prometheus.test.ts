import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { parse } from "yaml";

import { freePorts, LOOPBACK } from "../../../tools/local/ports.js";
import {
  httpStatus,
  type PodMonitor,
  prometheusConfig,
  prometheusIsReady,
  reloadPrometheus,
  writePrometheusConfig,
} from "../../../tools/local/prometheus.js";
import { folderWith, removeFolders } from "../folders.js";
import { resourcesOf } from "../reports.js";
import { COMMIT, RUNTIME_LABELS, releaseConfig } from "../../serving/fixtures.js";
import { FakeCluster } from "./fakes.js";

const SIMULATOR = "127.0.0.1:4711";
const SOURCES = { kubeconfig: "/run/kubeconfig", simulator: SIMULATOR, tokenFile: "/run/simulator-token" };

interface RelabelConfig {
  source_labels?: string[];
  separator?: string;
  regex?: string;
  target_label?: string;
  replacement?: string;
  action?: string;
}

interface Job {
  job_name: string;
  relabel_configs: RelabelConfig[];
  [setting: string]: unknown;
}

/** The PodMonitors that the program makes. */
async function monitorsOf(...changes: Parameters<typeof resourcesOf>): Promise<PodMonitor[]> {
  const resources = await resourcesOf(...changes);
  return resources
    .filter(({ type }) => type.endsWith(":PodMonitor"))
    .map(({ inputs }) => inputs as unknown as PodMonitor);
}

function jobsOf(monitors: readonly PodMonitor[]): Job[] {
  return (prometheusConfig(monitors, SOURCES) as { scrape_configs: Job[] }).scrape_configs;
}

/** The actions of https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config that are used here. */
function relabelled(job: Job, meta: Readonly<Record<string, string>>): Record<string, string> | undefined {
  const labels: Record<string, string> = { ...meta };
  for (const {
    source_labels = [],
    separator = ";",
    regex = "(.*)",
    target_label,
    replacement = "$1",
    action = "replace",
  } of job.relabel_configs) {
    const value = source_labels.map((label) => labels[label] ?? "").join(separator);
    const found = new RegExp(`^(?:${regex})$`).exec(value);
    if ((action === "keep" && found === null) || (action === "drop" && found !== null)) return undefined;
    if (action === "replace" && found !== null) {
      labels[target_label!] = replacement.replace(/\$(\d)/g, (_, group: string) => found[Number(group)] ?? "");
    }
  }
  return Object.fromEntries(Object.entries(labels).filter(([name]) => !name.startsWith("__meta_")));
}

/** What Prometheus finds of a pod of chat's r1. */
function target(changes: Readonly<Record<string, string>> = {}): Record<string, string> {
  const labels = Object.entries(RUNTIME_LABELS).map(([key, value]) => [
    `__meta_kubernetes_pod_label_${key.replace(/[^a-zA-Z0-9_]/g, "_")}`,
    value,
  ]);
  return {
    ...(Object.fromEntries(labels) as Record<string, string>),
    __address__: "10.128.0.7:8000",
    __metrics_path__: "/metrics",
    __meta_kubernetes_namespace: "vllm",
    __meta_kubernetes_pod_name: "chat-r1-6d4f-x2x",
    __meta_kubernetes_pod_phase: "Running",
    __meta_kubernetes_pod_container_name: "vllm",
    __meta_kubernetes_pod_container_port_name: "http",
    ...changes,
  };
}

describe("prometheusConfig", () => {
  it("is, of the program's own PodMonitor, what the operator makes of it, sent to the simulator", async () => {
    const keep = (label: string, regex: string) => ({
      source_labels: [`__meta_kubernetes_pod_${label}`],
      regex,
      action: "keep",
    });
    const own = (label: string, from: string) => ({
      source_labels: [`__meta_kubernetes_pod_label_${from}`],
      target_label: label,
      action: "replace",
    });
    assert.deepEqual(prometheusConfig(await monitorsOf(), SOURCES), {
      global: { scrape_interval: "30s", evaluation_interval: "30s" },
      scrape_configs: [
        {
          job_name: "podMonitor/vllm/chat-r1/0",
          scrape_interval: "5s",
          scrape_timeout: "4s",
          authorization: { credentials_file: "/run/simulator-token" },
          kubernetes_sd_configs: [{ role: "pod", kubeconfig_file: "/run/kubeconfig", namespaces: { names: ["vllm"] } }],
          relabel_configs: [
            { source_labels: ["__meta_kubernetes_pod_phase"], regex: "(Failed|Succeeded)", action: "drop" },
            keep("label_app_kubernetes_io_component", "runtime"),
            keep("label_app_kubernetes_io_instance", "chat"),
            keep("label_app_kubernetes_io_name", "vllm"),
            keep("label_pulumi_vllm_dev_release", "r1"),
            keep("container_port_name", "http"),
            { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
            { source_labels: ["__meta_kubernetes_pod_container_name"], target_label: "container" },
            { source_labels: ["__meta_kubernetes_pod_name"], target_label: "pod" },
            { target_label: "job", replacement: "vllm/chat-r1" },
            { target_label: "endpoint", replacement: "http" },
            own("vllm_stack", "app_kubernetes_io_part_of"),
            own("vllm_model", "app_kubernetes_io_instance"),
            own("vllm_release", "pulumi_vllm_dev_release"),
            own("vllm_revision", "pulumi_vllm_dev_revision"),
            own("vllm_class", "pulumi_vllm_dev_class"),
            own("vllm_gpu", "pulumi_vllm_dev_gpu"),
            {
              source_labels: ["__meta_kubernetes_namespace", "__meta_kubernetes_pod_name"],
              separator: "/",
              target_label: "__metrics_path__",
              replacement: "/pods/$1/metrics",
            },
            { target_label: "__address__", replacement: SIMULATOR },
          ],
        },
      ],
    });
  });

  it("has a pod scraped at its own path of the simulator, with the labels that the autoscaler asks by", async () => {
    const [job] = jobsOf(await monitorsOf());
    assert.deepEqual(relabelled(job!, target()), {
      __address__: SIMULATOR,
      __metrics_path__: "/pods/vllm/chat-r1-6d4f-x2x/metrics",
      namespace: "vllm",
      container: "vllm",
      pod: "chat-r1-6d4f-x2x",
      job: "vllm/chat-r1",
      endpoint: "http",
      vllm_stack: "test",
      vllm_model: "chat",
      vllm_release: "r1",
      vllm_revision: COMMIT,
      vllm_class: "interactive",
      vllm_gpu: "l4",
    });
  });

  for (const [what, changes] of [
    ["pods of another release", { __meta_kubernetes_pod_label_pulumi_vllm_dev_release: "r10" }],
    ["spares", { __meta_kubernetes_pod_label_app_kubernetes_io_component: "spare" }],
    ["other ports", { __meta_kubernetes_pod_container_port_name: "https" }],
    ["pods that have ended", { __meta_kubernetes_pod_phase: "Failed" }],
  ] as const) {
    it(`does not scrape ${what}`, async () => {
      const [job] = jobsOf(await monitorsOf());
      assert.equal(relabelled(job!, target(changes)), undefined);
    });
  }

  it("takes what a label must be by its letters, not as a pattern", async () => {
    const [monitor] = await monitorsOf();
    const spec = { ...monitor!.spec, selector: { matchLabels: { "app.kubernetes.io/version": "v1.2" } } };
    spec.podMetricsEndpoints = [{ port: "http" }];
    const [job] = jobsOf([{ ...monitor!, spec }]);
    assert.deepEqual(job!.relabel_configs[1], {
      source_labels: ["__meta_kubernetes_pod_label_app_kubernetes_io_version"],
      regex: "v1\\.2",
      action: "keep",
    });
    const version = (value: string) => target({ __meta_kubernetes_pod_label_app_kubernetes_io_version: value });
    assert.notEqual(relabelled(job!, version("v1.2")), undefined);
    assert.equal(relabelled(job!, version("v1x2")), undefined);
  });

  it("gives two PodMonitors, and two endpoints of one, a job each", async () => {
    const monitors = await monitorsOf({ models: { chat: { releases: { r2: releaseConfig({ context: 4096 }) } } } });
    assert.deepEqual(
      jobsOf(monitors)
        .map(({ job_name }) => job_name)
        .toSorted(),
      ["podMonitor/vllm/chat-r1/0", "podMonitor/vllm/chat-r2/0"],
    );
    const [first] = monitors;
    const twice = { ...first!, spec: { ...first!.spec, podMetricsEndpoints: [{ port: "http" }, { port: "admin" }] } };
    assert.deepEqual(
      jobsOf([twice]).map(({ job_name }) => job_name),
      ["podMonitor/vllm/chat-r1/0", "podMonitor/vllm/chat-r1/1"],
    );
  });

  it("leaves to Prometheus what a PodMonitor does not say", () => {
    const [job] = jobsOf([
      {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: { name: "bare" },
        spec: { selector: {}, podMetricsEndpoints: [{ port: "http" }] },
      },
    ]);
    assert.deepEqual(Object.keys(job!), ["job_name", "authorization", "kubernetes_sd_configs", "relabel_configs"]);
    assert.equal(job!.job_name, "podMonitor/default/bare/0");
    const there = relabelled(job!, target({ __meta_kubernetes_namespace: "default" }));
    assert.equal(there!["__metrics_path__"], "/pods/default/chat-r1-6d4f-x2x/metrics");
  });
});

describe("writePrometheusConfig", () => {
  after(removeFolders);

  it("writes what is in the cluster now as YAML", async () => {
    const run = folderWith();
    const monitors = await monitorsOf();
    const { cluster } = new FakeCluster(...monitors);
    await writePrometheusConfig(cluster, { bin: "/bin", run }, "/run/kubeconfig", 4711);
    const config: unknown = parse(readFileSync(join(run, "prometheus.yaml"), "utf8"));
    assert.deepEqual(config, prometheusConfig(monitors, { ...SOURCES, tokenFile: join(run, "simulator-token") }));
  });
});

describe("Prometheus' HTTP", () => {
  const calls: string[] = [];
  const authorizations = new Set<string | undefined>();
  let status = 200;
  let server: Server;
  let port: number;
  let url: string;

  before(async () => {
    server = createServer((call, response) => {
      const chunks: Buffer[] = [];
      call.on("data", (chunk: Buffer) => chunks.push(chunk));
      call.on("end", () => {
        authorizations.add(call.headers.authorization);
        calls.push([call.method, call.url, Buffer.concat(chunks).toString()].join(" ").trim());
        response.writeHead(status).end("text");
      });
    });
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
    url = `http://local:s3cret@${LOOPBACK}:${port}`;
  });
  beforeEach(() => {
    calls.length = 0;
    status = 200;
  });
  after(() => server.close());

  it("is asked whether it is ready", async () => {
    assert.equal(await prometheusIsReady(url), true);
    status = 503;
    assert.equal(await prometheusIsReady(url), false);
    assert.deepEqual(calls, ["GET /-/ready", "GET /-/ready"]);
    assert.deepEqual([...authorizations], [`Basic ${Buffer.from("local:s3cret").toString("base64")}`]);
  });

  it("reloads its configuration, and reports when it is refused", async () => {
    await reloadPrometheus(url);
    status = 500;
    await assert.rejects(reloadPrometheus(url), { message: "Prometheus did not take its configuration: HTTP 500" });
    assert.deepEqual(calls, ["POST /-/reload", "POST /-/reload"]);
  });

  it("gets a body, where there is one", async () => {
    assert.equal(await httpStatus("PUT", `http://${LOOPBACK}:${port}/load`, "{}"), 200);
    assert.deepEqual(calls, ["PUT /load {}"]);
  });

  it("is down when nothing answers", async () => {
    const [nobody] = await freePorts(1);
    assert.equal(await httpStatus("GET", `http://${LOOPBACK}:${nobody}/`), 0);
    assert.equal(await prometheusIsReady(`http://${LOOPBACK}:${nobody}`), false);
  });
});
