/** A stack that runs as its config says, in an API server of the test; each test then breaks one thing of it. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { runtimeSelector } from "../../../components/derive/objects.js";
import { METRIC_LABELS } from "../../../components/vocabulary/metrics/labels.js";
import { HTTP_PORT } from "../../../components/vocabulary/ports.js";
import type { Outcome } from "../../../tools/commandLine.js";
import { loadStack } from "../../../tools/loadStack.js";
import type { KubernetesObject } from "../../../tools/local/client.js";
import { LOOPBACK } from "../../../tools/local/ports.js";
import type { Result } from "../../../tools/verify/check.js";
import { verify, type VerifyOptions, verifyWanted } from "../../../tools/verify/command.js";
import { type Deployment, isReady, type Pod, type Rules, type ScaledObject } from "../../../tools/verify/objects.js";
import { type Wanted, wantedOf, type WantedRelease } from "../../../tools/verify/wanted.js";
import { type Config, merged, modelConfig } from "../../serving/fixtures.js";
import { stackValues } from "../../stacks/fixtures.js";
import { ApiServer } from "../cluster/apiServer.js";
import { folderWith, removeFolders, stackText } from "../folders.js";
import { behaviour, Engine } from "./engine.js";

export const NAMESPACE = "vllm";
export const NODE = "gpu-1";
export const PROMETHEUS = "http://kube-prometheus-stack-prometheus.monitoring.svc:9090";

const AROUND = { env: {}, width: Infinity, now: new Date("2026-11-26T12:00:00Z"), pollMs: 10 };

/** What Prometheus has. */
interface Evaluated {
  /** Of `up`; of every other query one series of value 0, unless it is told otherwise. */
  up: { metric: Record<string, string>; value: [number, string] }[];
  queries: (query: string) => { metric: Record<string, string>; value: [number, string] }[] | undefined;
  groups: { name: string; file: string; rules: { name: string; health: string; lastError?: string }[] }[];
  /** In place of all answers. */
  answer?: { status: number; body: string };
  /** Headers that came. */
  authorization: (string | undefined)[];
}

let uid = 0;
let server: ApiServer | undefined;
/** By the text of their files: to run the program takes a second. */
const stacks = new Map<string, { folder: string; wanted: Wanted }>();

async function stackOf(text: string): Promise<{ folder: string; wanted: Wanted }> {
  const folder = folderWith({ "Pulumi.test.yaml": text });
  return { folder, wanted: await wantedOf(loadStack(folder, "test")) };
}

/** For `after`. */
export function endWorlds(): void {
  server?.stop();
  server = undefined;
  stacks.clear();
  removeFolders();
}

export class World {
  readonly engines = new Map<string, Engine>();
  readonly evaluated: Evaluated = { up: [], queries: () => undefined, groups: [], authorization: [] };
  private prometheus: Server | undefined;
  private kubeconfig = "";

  private constructor(
    readonly api: ApiServer,
    readonly folder: string,
    readonly wanted: Wanted,
  ) {}

  /** @param changes of the stack's values */
  static async of(changes: Config = {}): Promise<World> {
    const group = { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], max: 4 };
    const values = merged(
      stackValues({
        cluster: { existing: { gpuNodes: { pool: group } } },
        models: { chat: modelConfig({ autoscaling: { min: 1, max: 3 } }) },
      }),
      changes,
    );
    const text = stackText(values);
    const known = stacks.get(text) ?? (await stackOf(text));
    stacks.set(text, known);
    server ??= await ApiServer.start();
    server.clear();
    const world = new World(server, known.folder, known.wanted);
    world.kubeconfig = world.api.kubeconfig();
    await world.deploy();
    await world.startPrometheus();
    return world;
  }

  stop(): void {
    for (const engine of this.engines.values()) engine.stop();
    this.prometheus?.close();
    this.prometheus?.closeAllConnections();
  }

  release(name: string): WantedRelease {
    return this.wanted.releases.find((release) => release.name === name)!;
  }

  pod(release = "chat-r1"): Pod {
    return this.api.find("Pod", `${release}-1`) as Pod;
  }

  engine(release = "chat-r1"): Engine {
    return this.engines.get(`${release}-1`)!;
  }

  options(changes: Partial<VerifyOptions> = {}): VerifyOptions {
    return {
      kubeconfig: this.kubeconfig,
      context: "test",
      probe: false,
      probeNamespace: "default",
      timeout: 20,
      quiet: false,
      json: false,
      ...changes,
    };
  }

  /** As the command line calls it. */
  command(options: Partial<VerifyOptions> = {}): Promise<Outcome> {
    return verify(this.folder, "test", this.options(options), AROUND);
  }

  /** The same for a stack that has been read. */
  run(options: Partial<VerifyOptions> = {}): Promise<Outcome> {
    return verifyWanted(() => Promise.resolve(this.wanted), this.options(options), AROUND);
  }

  /** By `subject check`. */
  async results(options: Partial<VerifyOptions> = {}): Promise<Record<string, string>> {
    const { text } = await this.run({ ...options, json: true });
    const { results } = JSON.parse(text) as { results: Result[] };
    return Object.fromEntries(
      results.map(({ subject, name, status, found }) => [`${subject} ${name}`, `${status}: ${found}`]),
    );
  }

  /** Of one check. */
  async result(check: string, options: Partial<VerifyOptions> = {}): Promise<string> {
    return (await this.results(options))[check]!;
  }

  /** Everything that failed or, with `all`, did not pass. */
  async failures(options: Partial<VerifyOptions> = {}): Promise<Record<string, string>> {
    const entries = Object.entries(await this.results(options)).filter(([, text]) => text.startsWith("fail"));
    return Object.fromEntries(entries);
  }

  private async deploy(): Promise<void> {
    const { api, wanted } = this;
    const all = [...wanted.releases, ...wanted.models, wanted].flatMap(({ objects }) => objects);
    for (const { manifest } of all) api.put(structuredClone(manifest));
    for (const secret of api.of("Secret")) secret["data"] = { "api-key": Buffer.from("sk-secret").toString("base64") };
    api.put({
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name: NODE,
        labels: {
          ...wanted.releases[0]!.deployment.spec.template.spec.nodeSelector,
          "node.kubernetes.io/instance-type": "g6.2xlarge",
          "nvidia.com/gpu.product": "NVIDIA-L4",
        },
      },
      status: { allocatable: { "nvidia.com/gpu": "4" } },
    });
    for (const release of wanted.releases) await this.deployRelease(release);
    for (const job of api.of("Job")) job["status"] = { conditions: [{ type: "Complete", status: "True" }] };
    for (const set of api.of("DaemonSet")) set["status"] = { desiredNumberScheduled: 2, numberReady: 2 };
    for (const { manifest } of all.filter(({ manifest }) => manifest.kind === "PrometheusRule")) {
      const { metadata, spec } = manifest as Rules;
      const file = `/etc/prometheus/rules/x/${NAMESPACE}-${metadata.name}-01234567-89ab-cdef-0123-456789abcdef.yaml`;
      for (const { name, rules } of spec.groups) {
        const loaded = rules.map(({ alert, record }) => ({ name: (alert ?? record)!, health: "ok" }));
        this.evaluated.groups.push({ name, file, rules: loaded });
      }
    }
  }

  private async deployRelease(release: WantedRelease): Promise<void> {
    const { api, evaluated } = this;
    const { name, plan, isRouted, model } = release;
    const deployment = api.find("Deployment", name) as Deployment;
    const replicas = deployment.spec.replicas ?? 1;
    uid += 1;
    deployment.metadata.uid = `uid-${uid}`;
    deployment.metadata.generation = 1;
    deployment.metadata.annotations = { ...deployment.metadata.annotations, "deployment.kubernetes.io/revision": "1" };
    deployment.spec.replicas = replicas;
    deployment.status = {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    };
    const labels = { ...deployment.spec.template.metadata?.labels, "pod-template-hash": "aaa" };
    api.put({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      metadata: {
        name: `${name}-aaa`,
        namespace: NAMESPACE,
        labels,
        annotations: { ...deployment.metadata.annotations },
        creationTimestamp: "2026-11-26T10:00:00Z",
        ownerReferences: [{ kind: "Deployment", name, uid: deployment.metadata.uid }],
      } as KubernetesObject["metadata"],
      spec: { replicas, template: deployment.spec.template },
      status: { readyReplicas: replicas },
    });
    api.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `${name}-1`, namespace: NAMESPACE, labels },
      spec: { ...structuredClone(deployment.spec.template.spec), nodeName: NODE },
      status: {
        podIP: "10.0.0.7",
        conditions: [{ type: "Ready", status: "True" }],
        containerStatuses: [
          {
            name: "vllm",
            restartCount: 0,
            imageID: `docker.io/${plan.image.replace(/:v[^@]*/, "")}`,
            state: { running: {} },
          },
        ],
      },
    });
    if (isRouted) {
      api.put({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata: {
          name: `${model.name}-x`,
          namespace: NAMESPACE,
          labels: { "kubernetes.io/service-name": model.name },
        },
        endpoints: [{ conditions: { ready: true }, targetRef: { kind: "Pod", name: `${name}-1` } }],
      });
    }
    const scaled = api.of("ScaledObject").find(({ metadata }) => metadata.name === name) as ScaledObject | undefined;
    if (scaled !== undefined) this.scale(scaled);
    const engine = await Engine.start(behaviour(plan.servedNames[0]!, plan.context));
    this.engines.set(`${name}-1`, engine);
    api.ports.set(`${name}-1:${HTTP_PORT}`, engine.port);
    evaluated.up.push({ metric: upOf(release, this.wanted.partOf), value: [0, "1"] });
  }

  private scale(scaled: ScaledObject): void {
    const { name } = scaled.metadata;
    scaled.status = {
      hpaName: `keda-hpa-${name}`,
      conditions: [
        { type: "Ready", status: "True" },
        { type: "Active", status: "True" },
        { type: "Fallback", status: "False" },
      ],
    };
    this.api.put({
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: `keda-hpa-${name}`, namespace: NAMESPACE },
      spec: {
        minReplicas: Math.max(1, scaled.spec.minReplicaCount ?? 0),
        maxReplicas: scaled.spec.maxReplicaCount,
        metrics: scaled.spec.triggers.map(() => ({ type: "External" })),
      },
      status: { conditions: [{ type: "ScalingActive", status: "True" }] },
    });
  }

  /** Behind its Service, in a pod. */
  private async startPrometheus(): Promise<void> {
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url!, "http://localhost");
      const { answer, groups, up, queries, authorization } = this.evaluated;
      authorization.push(request.headers.authorization);
      if (answer !== undefined) return void response.writeHead(answer.status).end(answer.body);
      const query = searchParams.get("query") ?? "";
      const result = queries(query) ?? (query.startsWith("up{") ? up : [{ metric: {}, value: [0, "0"] }]);
      const data = pathname.endsWith("/rules") ? { groups } : { resultType: "vector", result };
      response.end(JSON.stringify({ status: "success", data }));
    });
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    this.prometheus = server;
    const { api } = this;
    const labels = { app: "prometheus" };
    const namespace = "monitoring";
    api.put({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-prometheus-stack-prometheus", namespace },
      spec: { selector: labels, ports: [{ name: "http-web", port: 9090, targetPort: "web" }] },
    });
    api.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "prometheus-0", namespace, labels },
      spec: { containers: [{ name: "prometheus", ports: [{ name: "web", containerPort: 9091 }] }] },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    });
    api.ports.set("prometheus-0:9091", this.prometheusPort);
  }

  get prometheusPort(): number {
    return (this.prometheus!.address() as AddressInfo).port;
  }

  /** No replica of a release. */
  toZero(name: string): void {
    const deployment = this.api.find("Deployment", name) as Deployment;
    deployment.spec.replicas = 0;
    deployment.status = { observedGeneration: 1 };
    for (const pod of (this.api.of("Pod") as Pod[]).filter(isReady)) {
      if (
        Object.entries(runtimeSelector(this.release(name).plan)).every(
          ([label, value]) => pod.metadata.labels?.[label] === value,
        )
      )
        this.api.remove("Pod", pod.metadata.name);
    }
    for (const slice of this.api.of("EndpointSlice")) slice["endpoints"] = null;
    this.evaluated.up = [];
  }
}

/** Labels of a pod's target. */
export function upOf({ name, plan }: WantedRelease, partOf: string): Record<string, string> {
  const values: Readonly<Record<string, string>> = {
    stack: partOf,
    model: plan.name,
    release: plan.release,
    revision: plan.model.revision,
    class: plan.class,
    gpu: plan.gpu.type,
  };
  const own = Object.entries(METRIC_LABELS).map(([key, label]) => [label, values[key]!]);
  return { namespace: NAMESPACE, pod: `${name}-1`, ...(Object.fromEntries(own) as Record<string, string>) };
}
