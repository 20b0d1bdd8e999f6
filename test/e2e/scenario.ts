/** A stack in a namespace of its own with nodes of its own; what a test asks of it, and how it goes away. */
import { setTimeout as sleep } from "node:timers/promises";
import { LABELS, LOCAL_RUN } from "../../components/vocabulary/labels.js";
import type { NodeGroupConfig } from "../../components/contract/nodeGroup.js";
import { describedGroup } from "../../components/derive/nodes/nodeGroup.js";
import { defaultPlacement } from "../../components/derive/nodes/placement.js";
import { parseStackConfig } from "../../stacks/config.js";
import { collect } from "../../tools/collect.js";
import { type Applied, applyAll, untilRolledOut } from "../../tools/local/apply.js";
import { type Cluster, describe, type KubernetesObject, type Reference } from "../../tools/local/client.js";
import { type Step, stackSteps } from "../../tools/local/manifests.js";
import { groupNodes, nodeObject, type NodeShape } from "../../tools/local/nodes.js";
import { newRun } from "../../tools/local/ownership.js";
import { prometheusUrl } from "../../tools/local/prometheus.js";
import { sendLoad } from "../../tools/local/simulator/load.js";
import { followPodMonitors } from "../../tools/local/start.js";
import { type Config, modelConfig } from "../serving/fixtures.js";
import { decryptedFile } from "../tools/reports.js";
import { world } from "./world.js";

/** A pod, as far as tests look at it. */
export interface Pod extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { uid: string; namespace: string };
  spec: {
    nodeName?: string;
    serviceAccountName?: string;
    automountServiceAccountToken?: boolean;
    priority?: number;
    volumes?: Record<string, unknown>[];
    containers: {
      env?: { name: string; valueFrom?: { secretKeyRef?: { name: string; key: string } } }[];
      volumeMounts?: { name: string; mountPath: string }[];
    }[];
  };
  status?: { phase?: string; conditions?: { type: string; status: string; reason?: string; message?: string }[] };
}

export interface Deployment extends KubernetesObject {
  spec: { replicas?: number };
  status?: { readyReplicas?: number; availableReplicas?: number };
}

interface Event extends KubernetesObject {
  reason?: string;
  message?: string;
  involvedObject: { kind: string; name: string };
}

/** Tests wait for what they expect no longer than this. */
const PATIENCE_SECONDS = 60;
const ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"];

/** Node groups of most tests: two on-demand and one spot node with an L4 each. */
export const GROUPS = {
  inference: { purpose: "inference", gpu: "l4", instanceTypes: ["g6.2xlarge"], capacity: "on-demand", max: 2 },
  batch: { purpose: "batch", gpu: "l4", instanceTypes: ["g6.2xlarge"], capacity: "spot", max: 1 },
} as const;

/** A small model: several fit on a node's memory, one on its GPU. */
export function model(changes: Config = {}): Config {
  return modelConfig(changes);
}

let count = 0;
const scenarios: Scenario[] = [];

/** Values of a stack with these models and node groups. */
export interface Values {
  models: Config;
  /** Node groups, of which the nodes are made. @default GROUPS */
  groups?: Config;
  /** Node groups as the stack describes them, where they are others. */
  described?: Config;
  /** Of the stack's own values. */
  others?: Config;
}

/** Label and taint of a scenario's nodes, beside those of their group: files of tests run at once, and share the cluster. */
export const OWN_NODES = "pulumi-vllm.dev/scenario";

/** Waits until `read` gives something, and says what was there instead when it does not. */
export async function eventually<T>(
  what: string,
  read: () => Promise<T | undefined> | T | undefined,
  { seconds = PATIENCE_SECONDS, instead }: { seconds?: number; instead?: () => Promise<unknown> } = {},
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await read();
    if (found !== undefined) return found;
    if (Date.now() > end) {
      const there = instead === undefined ? "" : `; instead: ${JSON.stringify(await instead())}`;
      throw new Error(`${what} has not come in ${seconds} s${there}`);
    }
    await sleep(250);
  }
}

/** A simulated node whose own pods are those of a run of this test's, and which the shared cluster's KWOK looks after. */
export function worldNode(shape: NodeShape, run: string): ReturnType<typeof nodeObject> {
  const node = nodeObject(shape, run);
  return { ...node, metadata: { ...node.metadata, annotations: { [LOCAL_RUN]: world().run } } };
}

export class Scenario {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly run = newRun();
  private readonly nodes = new Set<string>();
  private steps: Step[] = [];

  private constructor() {
    this.cluster = world().cluster;
    count += 1;
    // The files of tests are run by processes of their own.
    this.namespace = `e2e-${process.pid}-${count}`;
    scenarios.push(this);
  }

  /** Applies a stack; its nodes are there before. @param load times by model or Deployment */
  static async of(values: Values, load: Record<string, string> = {}): Promise<Scenario> {
    const scenario = new Scenario();
    await scenario.addNodes(values.groups ?? GROUPS);
    await scenario.apply(values, load);
    return scenario;
  }

  /** Values under `vllm:` of such a stack, as its file has them. */
  stackValues({ models, groups = GROUPS, described = groups, others = {} }: Values): Config {
    const own = Object.fromEntries(
      Object.entries(described).map(([name, group]) => [name, this.ownGroup(group as NodeGroupConfig)]),
    );
    const cluster = { existing: { gpuNodes: own } };
    const { values } = decryptedFile({ namespace: this.namespace, cluster, ...others, models: undefined });
    // Set and not merged: the models of the fixtures must not show through.
    return { ...values, models };
  }

  /** What the stack of these values makes. */
  async stepsOf(given: Values, load: Record<string, string> = {}): Promise<Step[]> {
    const { models, ...values } = this.stackValues(given);
    const file = decryptedFile({ ...values, models: undefined });
    const complete = {
      ...file,
      values: { ...file.values, models },
      engineConfig: { ...file.engineConfig, "vllm:models": JSON.stringify(models) },
    };
    const { config, problems } = parseStackConfig(complete.values);
    if (config === undefined) throw new Error(JSON.stringify(problems));
    const { folders, ports } = world();
    return stackSteps(await collect(complete), {
      run: this.run,
      load: { others: "0s", named: load },
      prometheusUrl: prometheusUrl(folders, ports.prometheus),
    });
  }

  async apply(values: Values, load: Record<string, string> = {}, rolloutSeconds = PATIENCE_SECONDS): Promise<Applied> {
    this.steps = await this.stepsOf(values, load);
    return applyAll(this.cluster, this.steps, { run: this.run, rolloutSeconds });
  }

  /** Makes simulated nodes, as many as each group's `max`. */
  async addNodes(groups: Config): Promise<void> {
    const shapes = Object.entries(groups as Record<string, NodeGroupConfig>).flatMap(([name, group]) =>
      groupNodes(`${this.namespace}-${name}`, describedGroup(this.ownGroup(group)), ZONES),
    );
    for (const shape of shapes) await this.addNode(shape);
    await eventually("readiness of all nodes", async () => {
      const nodes = await this.cluster.list<Pod>("v1", "Node");
      const ready = nodes.filter(({ status }) =>
        status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
      );
      return [...this.nodes].every((name) => ready.some(({ metadata }) => metadata.name === name)) || undefined;
    });
  }

  /** A group whose nodes take the scenario's own pods alone, by our labels and taints and one more of each. */
  private ownGroup(group: NodeGroupConfig): NodeGroupConfig {
    const trafficClass = group.purpose === "inference" ? "interactive" : "batch";
    const { nodeSelector, tolerations } = defaultPlacement(group.gpu, trafficClass);
    return {
      ...group,
      nodeSelector: { ...nodeSelector, [OWN_NODES]: this.namespace },
      tolerations: [
        // A taint is made of each: `Exists` leads to the value that ours have.
        ...tolerations,
        { key: OWN_NODES, operator: "Equal", value: this.namespace, effect: "NoSchedule" },
      ],
    };
  }

  async addNode(shape: NodeShape): Promise<void> {
    await this.cluster.create(worldNode(shape, this.run));
    this.nodes.add(shape.name);
  }

  async removeNode(name: string): Promise<void> {
    await this.cluster.remove({ apiVersion: "v1", kind: "Node", metadata: { name } });
    this.nodes.delete(name);
  }

  reference(apiVersion: string, kind: string, name: string): Reference {
    return { apiVersion, kind, metadata: { name, namespace: this.namespace } };
  }

  /** An object that has to be there. */
  async get<T extends KubernetesObject>(apiVersion: string, kind: string, name: string): Promise<T> {
    const reference = this.reference(apiVersion, kind, name);
    const found = await this.cluster.get<T>(reference);
    if (found === undefined) throw new Error(`there is no ${describe(reference)}`);
    return found;
  }

  deployment(name: string): Promise<Deployment> {
    return this.get<Deployment>("apps/v1", "Deployment", name);
  }

  rolledOut(name: string, seconds = PATIENCE_SECONDS): Promise<void> {
    return untilRolledOut(this.cluster, this.reference("apps/v1", "Deployment", name), seconds);
  }

  /** Pods that are not on their way out. */
  async pods(labels: Record<string, string> = {}): Promise<Pod[]> {
    const pods = await this.cluster.list<Pod>("v1", "Pod", { namespace: this.namespace, labels });
    return pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  podsOf(model: string, component = "runtime"): Promise<Pod[]> {
    return this.pods({ [LABELS.instance]: model, [LABELS.component]: component });
  }

  /** Waits for so many pods of a model on nodes, and gives them. */
  scheduled(model: string, many: number, component = "runtime"): Promise<Pod[]> {
    return eventually(
      `${many} scheduled pods of ${model}`,
      async () => {
        const pods = (await this.podsOf(model, component)).filter(({ spec }) => spec.nodeName !== undefined);
        return pods.length === many ? pods : undefined;
      },
      {
        instead: async () =>
          (await this.podsOf(model, component)).map(({ spec, status }) => [spec.nodeName, status?.conditions]),
      },
    );
  }

  /** Waits for an event about an object. */
  event(kind: string, name: RegExp, reason: string, seconds = PATIENCE_SECONDS): Promise<Event> {
    const all = () => this.cluster.list<Event>("v1", "Event", { namespace: this.namespace });
    return eventually(
      `an event ${reason}`,
      async () =>
        (await all()).find(
          (event) =>
            event.involvedObject.kind === kind && name.test(event.involvedObject.name) && event.reason === reason,
        ),
      { seconds, instead: async () => (await all()).map(({ reason, message }) => [reason, message]) },
    );
  }

  /** Has Prometheus scrape what is there now, of this scenario and of all others. */
  scraped(): Promise<void> {
    return followPodMonitors(world());
  }

  /** Has the pods behind a Service report this load. */
  async load(service: string, inFlight: number, kvCache = 0): Promise<void> {
    const { folders, ports } = world();
    const status = await sendLoad(folders, ports.simulator, `${this.namespace}/${service}`, { inFlight, kvCache });
    if (status !== 204) throw new Error(`the simulator answers ${status}`);
  }

  /** Deletes everything of it; returns when its pods are gone, so that their nodes can go too. */
  async remove(): Promise<void> {
    for (const { object } of this.steps.filter(({ object }) => object.kind === "PriorityClass"))
      await this.cluster.remove(object);
    await this.cluster.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace } });
    await eventually("the end of all pods", async () =>
      (await this.cluster.list("v1", "Pod", { namespace: this.namespace })).length === 0 ? true : undefined,
    );
    for (const name of this.nodes) await this.cluster.remove({ apiVersion: "v1", kind: "Node", metadata: { name } });
  }
}

/** Removes every scenario that a test has made. */
export async function endScenarios(): Promise<void> {
  for (const scenario of scenarios.splice(0)) await scenario.remove();
}
