/** Runs of a batch on a real control plane: their inputs, their Jobs, what becomes of them. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LABELS } from "../../components/vocabulary/labels.js";
import { describedGroup } from "../../components/derive/nodes/nodeGroup.js";
import type { Cluster, KubernetesObject } from "../../tools/local/client.js";
import { marks } from "../../tools/local/ownership.js";
import { groupNodes, nodeObject } from "../../tools/local/nodes.js";
import { type Config, merged, releaseConfig } from "../serving/fixtures.js";
import { Kubelet, type RunnablePod } from "./kubelet.js";
import { eventually, GROUPS, model, OWN_NODES, Scenario } from "./scenario.js";

export interface Job extends KubernetesObject {
  spec: { completions?: number; parallelism?: number; suspend?: boolean; template: object };
  status?: {
    active?: number;
    failed?: number;
    failedIndexes?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

interface CronJob extends KubernetesObject {
  spec: { jobTemplate: { metadata: object; spec: { template: { spec: { containers: { env: Variable[] }[] } } } } };
}

interface Variable {
  name: string;
  value?: string;
}

/** The batch of these tests, and the claim that its files are on. */
export const NAME = "docs";
const CLAIM = "data";
const STAND_IN = join(__dirname, "..", "programs", "batch", "standIn");

export function batch(changes: Config = {}): Config {
  const base = {
    release: releaseConfig(),
    output: { claim: { name: CLAIM, path: "out" } },
    endpoint: "/v1/chat/completions",
    shards: { lines: 4 },
    parallelism: 2,
    retries: 3,
  };
  return merged(base, changes);
}

/** A request with this text. */
export function request(id: string, content: string, changes: Config = {}): Config {
  const body = { model: NAME, messages: [{ role: "user", content }] };
  return merged({ custom_id: id, method: "POST", url: "/v1/chat/completions", body }, changes);
}

/** A stack with a batch, whose claim the stack brings, and nodes that run what its pods say. */
export class BatchWorld {
  private nodes = 0;

  private constructor(
    readonly scenario: Scenario,
    readonly kubelet: Kubelet,
    private readonly folder: string,
  ) {}

  /**
   * @param folder for claims, logs and journals
   * @param standIn what the stand-in for vLLM is told, by the run
   */
  static async of(
    folder: string,
    {
      changes = {},
      others = {},
      models = {},
      standIn = () => ({}),
    }: { changes?: Config; others?: Config; models?: Config; standIn?: (run: string) => Config } = {},
  ): Promise<BatchWorld> {
    // A server of the class batch has a node with one GPU, which it takes before a worker could.
    const groups = {
      inference: { ...GROUPS.inference, max: 1 },
      ...(Object.keys(models).length > 0 && { batch: GROUPS.batch }),
    };
    const described = { ...groups, batch: { ...GROUPS.batch, instanceTypes: ["g6.48xlarge"], max: 50 } };
    const stack = {
      models: { chat: model(), ...models },
      groups,
      described,
      others: { batch: { [NAME]: batch(changes) }, ...others },
    };
    const scenario = await Scenario.of(stack);
    mkdirSync(join(folder, "journals"), { recursive: true });
    const kubelet = new Kubelet(scenario.cluster, {
      namespace: scenario.namespace,
      labels: { [LABELS.component]: "batch" },
      folder,
      graceSeconds: 5,
      env: (pod) => {
        const run = pod.spec.containers[0]!.env.find(({ name }) => name === "BATCH_RUN")?.value ?? "";
        const told = { version: "0.33", journal: journalOf(folder, run), seconds: 0.2, ...standIn(run) };
        return {
          PATH: `${join(STAND_IN, "bin")}:${process.env["PATH"]}`,
          PYTHONPATH: join(STAND_IN, "lib"),
          PYTHONDONTWRITEBYTECODE: "1",
          STAND_IN: JSON.stringify(told),
        };
      },
    });
    const world = new BatchWorld(scenario, kubelet, folder);
    await world.addSystemNode();
    kubelet.start();
    return world;
  }

  get cluster(): Cluster {
    return this.scenario.cluster;
  }

  /** A node with GPUs for workers. */
  async addNode(gpus = 8): Promise<string> {
    this.nodes += 1;
    const { namespace, run } = this.scenario;
    const group = describedGroup({ ...GROUPS.batch, instanceTypes: ["g6.48xlarge"], min: 0, max: 1 });
    const [shape] = groupNodes(`${namespace}-own-${this.nodes}`, group, ["us-east-1a"]);
    const named = { ...shape!, gpus, labels: { ...shape!.labels, [OWN_NODES]: namespace } };
    const taints = [...named.taints, { key: OWN_NODES, value: namespace, effect: "NoSchedule" }];
    await this.kubelet.addNode(withTaints(nodeObject(named, run), taints));
    return named.name;
  }

  /** A node for pods without a GPU of this scenario's run. */
  private async addSystemNode(): Promise<void> {
    const { namespace, run } = this.scenario;
    const shape = {
      ...{ name: `${namespace}-system`, group: "system", zone: "us-east-1a", instanceType: "m7i.large" },
      ...{ labels: {}, taints: [], cpus: 100, memoryGiB: 400, diskGiB: 4000, gpus: 0, gpuResource: "nvidia.com/gpu" },
    };
    const taint = { key: Object.keys(marks(run))[0]!, value: run, effect: "NoSchedule" };
    await this.kubelet.addNode(withTaints(nodeObject(shape, run), [taint]));
  }

  /** Starts a run, as `npm run batch -- submit` does: the CronJob's Job with an input of its own. */
  async submit(run: string, input: string, changes: Config = {}): Promise<string> {
    const { namespace } = this.scenario;
    const file = `in/${run}.jsonl`;
    mkdirSync(join(this.claimFolder, "in"), { recursive: true });
    writeFileSync(join(this.claimFolder, file), input);
    const template = await this.scenario.get<CronJob>("batch/v1", "CronJob", `${NAME}-batch`);
    const { metadata, spec } = structuredClone(template.spec.jobTemplate);
    const variable = spec.template.spec.containers[0]!.env.find(({ name }) => name === "SPEC")!;
    const document = JSON.parse(variable.value!) as { workers: object };
    const workers = { ...document.workers, pollSeconds: 1 };
    variable.value = JSON.stringify(
      merged({ ...document, workers, input: { file: `/claims/${CLAIM}/${file}` } }, changes),
    );
    const name = `${NAME}-batch-${run}`;
    await this.cluster.create({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { ...metadata, name, namespace },
      spec,
    });
    return name;
  }

  job(name: string): Promise<Job | undefined> {
    return this.cluster.get<Job>(this.scenario.reference("batch/v1", "Job", name));
  }

  /** The workers' Job of a run. */
  workers(name: string): Promise<Job | undefined> {
    return this.job(`${name}-workers`);
  }

  /** The end of a run: its condition. */
  ended(name: string, seconds: number): Promise<string> {
    return eventually(
      `the end of ${name}`,
      async () =>
        (await this.job(name))?.status?.conditions?.find(
          ({ type, status }) => ["Complete", "Failed"].includes(type) && status === "True",
        )?.type,
      {
        seconds,
        instead: async () => [(await this.job(name))?.status, (await this.workers(name))?.status, this.logs(name)],
      },
    );
  }

  /** The end of what each pod of a run has said. */
  logs(name: string): Record<string, string> {
    const pods = join(this.folder, "pods");
    const own = readdirSync(pods).filter((pod) => pod.startsWith(`${name}-`));
    return Object.fromEntries(own.map((pod) => [pod, readFileSync(join(pods, pod, "log"), "utf8").slice(-1000)]));
  }

  /** Pods of a run, as they were a moment ago. */
  podsOf(name: string): RunnablePod[] {
    const jobs = [name, `${name}-workers`];
    return this.kubelet.seen.filter(({ metadata }) =>
      jobs.includes(metadata.labels?.["batch.kubernetes.io/job-name"] ?? ""),
    );
  }

  /** Asks for an eviction, as a drain and EKS' handler of spot notices do. */
  async evict({ metadata: { name, namespace } }: RunnablePod): Promise<void> {
    await this.cluster.call("POST", `/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
      body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace } },
    });
  }

  /** A file of a run's folder, by lines. */
  records(name: string, file: string): Record<string, unknown>[] {
    return linesOf(join(this.claimFolder, "out", name, file)) as Record<string, unknown>[];
  }

  private get claimFolder(): string {
    return join(this.folder, "claims", CLAIM);
  }
}

function journalOf(folder: string, run: string): string {
  return join(folder, "journals", run);
}

function linesOf(path: string): unknown[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as unknown);
}

function withTaints<Node extends KubernetesObject>(node: Node, taints: object[]): Node {
  return { ...node, spec: { taints } };
}
