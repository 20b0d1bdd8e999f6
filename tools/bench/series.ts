/** Stand-ins of pods and of what tells of them, as series. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { StackConfig } from "../../stacks/config.js";
import { runtimeName } from "../../components/derive/objects.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import type { Scope } from "../../components/observability/promql.js";
import { releaseLabels } from "../../components/observability/rules/contracts.js";
import { APP_NAME, COMPONENTS, LABELS } from "../../components/vocabulary/labels.js";
import { DCGM, KUBE } from "../../components/vocabulary/metrics/kubernetes.js";
import { shownLabel } from "../../components/vocabulary/metrics/labels.js";
import type { Metric } from "../../components/vocabulary/metrics/metric.js";
import { VLLM } from "../../components/vocabulary/metrics/vllm.js";
import { INSTANCE_TYPE_LABEL } from "../../components/vocabulary/nodes.js";
import { LOOPBACK } from "../local/ports.js";

/** A replica that is scraped. */
export interface BenchPod {
  name: string;
  plan: RuntimePlan;
  node: string;
}

/** GPUs of a node of the bench: pods with one GPU each. */
const PODS_A_NODE = 4;
/** As many as vLLM's histograms of times have. */
const EDGES = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560,
];

export function podsOf({ models }: StackConfig, replicas: number): BenchPod[] {
  return models
    .flatMap(({ releases }) => [...releases.values()])
    .flatMap((plan) =>
      Array.from({ length: replicas }, (_, index) => ({ plan, name: `${runtimeName(plan)}-${index}` })),
    )
    .map((pod, index) => ({ ...pod, node: `node-${Math.floor(index / PODS_A_NODE)}` }));
}

/** Labels that the scrape puts on a pod's series. */
export function targetLabels({ name, plan }: BenchPod, scope: Scope): Record<string, string> {
  return {
    ...releaseLabels(plan, scope),
    pod: name,
    container: "vllm",
    endpoint: "http",
  };
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const text = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
  return `${name}{${text.join(",")}} ${value}`;
}

/** Values of labels that rules choose by. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  finished_reason: ["stop", "length", "abort", "error"],
  reason: ["max_num_queued_reqs", "max_num_queued_tokens"],
  handler: ["/v1/chat/completions"],
  method: ["POST"],
  status: ["2xx", "4xx", "5xx"],
  engine: ["0"],
};

function combinations(labels: readonly string[], fixed: Readonly<Record<string, string>>): Record<string, string>[] {
  return labels.reduce<Record<string, string>[]>(
    (rows, label) =>
      rows.flatMap((row) => (VALUES[label] ?? [fixed[label] ?? "x"]).map((value) => ({ ...row, [label]: value }))),
    [{}],
  );
}

/** What a vLLM answers after so many seconds of the same load. */
function ofPod(seconds: number): string {
  const metrics: readonly Metric[] = Object.values(VLLM);
  const lines = metrics.flatMap(({ name, kind, labels }) =>
    combinations(labels, { model_name: "model" }).flatMap((row) => {
      if (kind === "gauge") return [line(name, row, name.endsWith("_perc") ? 0.5 : 4)];
      if (kind === "counter") return [line(name, row, 10 * seconds)];
      const buckets = [...EDGES.map(String), "+Inf"].map((le, index) =>
        line(`${name}_bucket`, { ...row, le }, Math.min(10, index) * seconds),
      );
      return [...buckets, line(`${name}_sum`, row, seconds), line(`${name}_count`, row, 10 * seconds)];
    }),
  );
  return `${lines.join("\n")}\n`;
}

/** What kube-state-metrics and the DCGM exporter tell of the pods. */
export function otherSeries(config: StackConfig, replicas: number): string {
  const pods = podsOf(config, replicas);
  const of = { namespace: "vllm" };
  const lines = pods.flatMap(({ name: pod, plan, node }, index) => {
    const ofPodLabels = { ...of, pod };
    const ofContainer = { ...ofPodLabels, container: "vllm" };
    const gpu = {
      ...ofContainer,
      gpu: String(index % PODS_A_NODE),
      UUID: `GPU-${index}`,
      modelName: "NVIDIA L4",
      Hostname: node,
    };
    return [
      line(KUBE.podLabels.name, { ...ofPodLabels, ...shown(plan) }, 1),
      line(KUBE.podInfo.name, { ...ofPodLabels, node, created_by_kind: "ReplicaSet", created_by_name: pod }, 1),
      ...["true", "false", "unknown"].map((condition) =>
        line(KUBE.podReady.name, { ...ofPodLabels, condition }, condition === "true" ? 1 : 0),
      ),
      ...["Pending", "Running", "Succeeded", "Failed", "Unknown"].map((phase) =>
        line(KUBE.podPhase.name, { ...ofPodLabels, phase }, phase === "Running" ? 1 : 0),
      ),
      line(KUBE.podCreated.name, ofPodLabels, 1.7e9),
      line(KUBE.restarts.name, ofContainer, 0),
      line(KUBE.containerStarted.name, ofContainer, 1.7e9),
      line(KUBE.requests.name, { ...ofContainer, resource: "nvidia_com_gpu", unit: "integer", node }, 1),
      ...Object.values(DCGM).map((metric, at) => line(metric.name, gpu, metric === DCGM.xid ? 0 : 40 + at)),
    ];
  });
  const deployments = [...new Map(pods.map(({ plan }) => [runtimeName(plan), plan])).entries()].flatMap(
    ([deployment]) => [
      line(KUBE.deploymentReplicas.name, { ...of, deployment }, replicas),
      line(KUBE.deploymentReady.name, { ...of, deployment }, replicas),
      line(KUBE.deploymentUpdated.name, { ...of, deployment }, replicas),
      line(KUBE.deploymentCreated.name, { ...of, deployment }, 1.7e9),
      line(KUBE.deploymentCondition.name, { ...of, deployment, condition: "Progressing", status: "true" }, 1),
      line(KUBE.hpaReplicas.name, { ...of, horizontalpodautoscaler: `keda-hpa-${deployment}` }, replicas),
      line(KUBE.hpaMost.name, { ...of, horizontalpodautoscaler: `keda-hpa-${deployment}` }, 3),
    ],
  );
  const nodes = [...new Set(pods.map(({ node }) => node))].map((node) =>
    line(KUBE.nodeLabels.name, { node, [shownLabel(INSTANCE_TYPE_LABEL)]: "g6.12xlarge" }, 1),
  );
  return `${[...lines, ...deployments, ...nodes].join("\n")}\n`;
}

function shown(plan: RuntimePlan): Record<string, string> {
  const labels = {
    [LABELS.name]: APP_NAME,
    [LABELS.instance]: plan.name,
    [LABELS.component]: COMPONENTS.runtime,
    [LABELS.partOf]: "bench",
    [LABELS.release]: plan.release,
    [LABELS.revision]: plan.model.revision,
    [LABELS.class]: plan.class,
    [LABELS.gpu]: plan.gpu.type,
  };
  return Object.fromEntries(Object.entries(labels).map(([label, value]) => [shownLabel(label), value]));
}

/** Answers for all pods, each with the same counters. */
export async function serveSeries(
  pods: readonly BenchPod[],
  others: string,
): Promise<{ port: number; stop: () => void }> {
  const started = Date.now();
  const paths = new Set(pods.map(({ name }) => `/pods/${name}`));
  let [second, body] = [-1, ""];
  const server: Server = createServer((request, response) => {
    const now = Math.floor((Date.now() - started) / 1000);
    if (now !== second) [second, body] = [now, ofPod(now)];
    const url = request.url ?? "";
    if (url !== "/others" && !paths.has(url)) response.statusCode = 404;
    response.setHeader("Content-Type", "text/plain; version=0.0.4");
    response.end(url === "/others" ? others : body);
  });
  await new Promise<void>((done) => server.listen(0, LOOPBACK, done));
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
