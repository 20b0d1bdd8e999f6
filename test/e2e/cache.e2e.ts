/**
 * A cache of weights on the real control plane. Its fills are the real program, run by a kubelet of ours as the pods say, against a hub
 * on loopback; the models' own pods are simulated.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ANNOTATIONS, LABELS } from "../../components/vocabulary/labels.js";
import { applyAll } from "../../tools/local/apply.js";
import type { KubernetesObject } from "../../tools/local/client.js";
import type { Step } from "../../tools/local/manifests.js";
import { nodeObject } from "../../tools/local/nodes.js";
import { marks } from "../../tools/local/ownership.js";
import { Hub, type HubOptions } from "../../tools/standIns/hub.js";
import { pythonOfPrograms } from "../../tools/standIns/python.js";
import { cacheFolder, FILES, removeCaches } from "../programs/model.js";
import { needsPython } from "../programs/needs.js";
import { COMMIT, type Config } from "../serving/fixtures.js";
import { Kubelet, type RunnablePod } from "./kubelet.js";
import { eventually, model, Scenario } from "./scenario.js";

const ID = "Qwen/Qwen3-8B";
const FOLDER = `weights/Qwen--Qwen3-8B/${COMMIT}`;
const CACHE = { kind: "claim", name: "models" };
/** A lock whose holder was killed is free after so long, in place of two minutes. */
const STALE_SECONDS = 3;

interface Job extends KubernetesObject {
  spec: { template: { spec: Pod } };
  status?: { failed?: number; succeeded?: number; conditions?: { type: string; status: string }[] };
}

interface Pod {
  nodeSelector?: Record<string, string>;
  containers: RunnablePod["spec"]["containers"];
  initContainers?: RunnablePod["spec"]["containers"];
  [field: string]: unknown;
}

interface Template extends KubernetesObject {
  spec: { template: { metadata: KubernetesObject["metadata"]; spec: Pod } };
}

/** A stack, its hub, and a node that runs what its fills say. */
class CacheWorld {
  private constructor(
    readonly scenario: Scenario,
    readonly hub: Hub,
    readonly kubelet: Kubelet,
    /** Where the claim is. */
    readonly folder: string,
    private readonly node: string,
  ) {}

  /** With chat as it is served without a cache. */
  static async of(options: Partial<HubOptions> = {}): Promise<CacheWorld> {
    const scenario = await Scenario.of({ models: { chat: model() } });
    await scenario.rolledOut("chat-r1");
    const hub = await Hub.start({ files: FILES, id: ID, revision: COMMIT, ...options });
    const folder = cacheFolder();
    const bin = dirname(await pythonOfPrograms(() => undefined));
    const kubelet = new Kubelet(scenario.cluster, {
      namespace: scenario.namespace,
      labels: { [LABELS.component]: "cache" },
      folder,
      graceSeconds: 5,
      env: () => ({ PATH: `${bin}:${process.env["PATH"]}`, HF_ENDPOINT: hub.endpoint, PYTHONDONTWRITEBYTECODE: "1" }),
    });
    const world = new CacheWorld(scenario, hub, kubelet, folder, `${scenario.namespace}-system`);
    await world.addNode();
    kubelet.start();
    return world;
  }

  private async addNode(): Promise<void> {
    const { run } = this.scenario;
    const shape = {
      ...{ name: this.node, group: "system", zone: "us-east-1a", instanceType: "m7i.large" },
      ...{
        labels: { fills: this.node },
        taints: [],
        cpus: 16,
        memoryGiB: 64,
        diskGiB: 400,
        gpus: 0,
        gpuResource: "nvidia.com/gpu",
      },
    };
    const node = nodeObject(shape, run);
    const taints = [{ key: Object.keys(marks(run))[0]!, value: run, effect: "NoSchedule" }];
    await this.kubelet.addNode({ ...node, spec: { ...(node["spec"] as object), taints } });
  }

  /** What the stack makes with a cache; its fills run on the kubelet's node alone. */
  async steps(cache: Config = CACHE): Promise<Step[]> {
    const steps = await this.scenario.stepsOf({ models: { chat: model() }, others: { cache } });
    for (const { object } of steps) if (object.kind === "Job") this.prepare(object as Job);
    return steps;
  }

  private prepare({ spec }: Job): void {
    const pod = spec.template.spec;
    pod.nodeSelector = { ...pod.nodeSelector, fills: this.node };
    const variable = pod.containers[0]!.env.find(({ name }) => name === "SPEC")!;
    variable.value = JSON.stringify({ ...(JSON.parse(variable.value!) as object), staleSeconds: STALE_SECONDS });
  }

  apply(steps: readonly Step[], seconds: number) {
    return applyAll(this.scenario.cluster, steps, { run: this.scenario.run, rolloutSeconds: seconds });
  }

  isFilled(): boolean {
    return existsSync(join(this.folder, "claims", "models", FOLDER, ".complete"));
  }

  fills(): Promise<Job[]> {
    const selection = { namespace: this.scenario.namespace, labels: { [LABELS.component]: "cache" } };
    return this.scenario.cluster.list<Job>("batch/v1", "Job", selection);
  }

  logOf(pod: string): string {
    const file = join(this.folder, "pods", pod, "log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  /** The fill that runs, once it has asked for files. */
  filling(): Promise<RunnablePod> {
    return eventually("a fill that fetches", async () => {
      const pods = await this.kubelet.pods();
      return this.hub.requests.length > 2 ? pods.find(({ status }) => status?.phase === "Running") : undefined;
    });
  }

  filled(): Promise<true> {
    return eventually("the marker", () => this.isFilled() || undefined);
  }

  /** The model's address in the Deployment that is live. */
  async servedFrom(): Promise<string> {
    const { spec } = await this.scenario.get<Template>("apps/v1", "Deployment", "chat-r1");
    return spec.template.spec.containers[0]!.args![0]!;
  }

  async end(): Promise<void> {
    await this.kubelet.stop();
    await this.hub.stop();
    const { cluster, namespace } = this.scenario;
    const name = `simulated-${namespace}-models`;
    await cluster.remove({ apiVersion: "v1", kind: "PersistentVolume", metadata: { name } });
  }
}

/** Opens once. */
function gate(): { open: () => void; isOpen: Promise<void> } {
  let open = (): void => undefined;
  const isOpen = new Promise<void>((resolve) => (open = resolve));
  return { open, isOpen };
}

describe("a cache of weights", () => {
  needsPython();
  let world: CacheWorld | undefined;
  afterEach(async () => {
    await world?.end();
    world = undefined;
  });
  after(removeCaches);

  const KINDS: Record<string, Config> = {
    "a claim that exists, with compiled code": { ...CACHE, compile: true },
    "a claim to make": { ...CACHE, create: { storageClass: "nfs", sizeGiB: 100 } },
    "a bucket that is mounted": { kind: "s3", bucket: "weights", region: "eu-central-1" },
    "a bucket that is streamed, and images pulled ahead": {
      kind: "s3",
      bucket: "weights",
      read: "stream",
      prePull: true,
    },
    "nodes' own folders": { kind: "node", budgetGiB: 100 },
  };
  for (const [kind, cache] of Object.entries(KINDS)) {
    it(`of the kind ${kind} is what the API server takes, pods within the restricted standard among it`, async () => {
      const scenario = await Scenario.of({ models: { chat: model() } });
      const { cluster, namespace, run } = scenario;
      const steps = await scenario.stepsOf({ models: { chat: model() }, others: { cache } });
      cluster.warnings.clear();
      await applyAll(cluster, steps, { run, rolloutSeconds: 20 });
      assert.deepEqual([...cluster.warnings], [], "the API server warns of nothing");
      const workloads = steps.filter(({ object: { kind: one } }) => ["Deployment", "DaemonSet", "Job"].includes(one));
      for (const { object } of workloads) {
        const { template } = (object as Template).spec;
        const metadata = { ...template.metadata, name: object.metadata.name };
        const body = { apiVersion: "v1", kind: "Pod", ...template, metadata };
        const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All&fieldValidation=Strict`;
        assert.notEqual(await cluster.call("POST", path, { body }), undefined, object.metadata.name);
      }
      for (const { object } of steps.filter(
        ({ object: { kind: one } }) => one === "PersistentVolume" || one === "StorageClass",
      ))
        await cluster.remove(object);
    });
  }

  it("starts no rollout on a revision that is not filled, and starts it once it is", async () => {
    const { open, isOpen } = gate();
    world = await CacheWorld.of({ hold: () => isOpen });
    const steps = await world.steps();
    const { stuck } = await world.apply(steps, 8);
    assert.deepEqual(
      stuck.map(({ deployment, reason }) => [deployment.replace(/fill-.*/, "fill-…"), reason]),
      [[`Job ${world.scenario.namespace}/fill-…`, "its weights are being fetched"]],
    );
    assert.ok(stuck[0]!.left.includes(`Deployment ${world.scenario.namespace}/chat-r1`), JSON.stringify(stuck));
    assert.equal(await world.servedFrom(), ID, "what served before serves on");
    assert.equal(world.isFilled(), false);

    open();
    await world.filled();
    assert.deepEqual((await world.apply(steps, 60)).stuck, []);
    assert.equal(await world.servedFrom(), `/models/${FOLDER}`);
    const { metadata } = await world.scenario.get("apps/v1", "Deployment", "chat-r1");
    assert.equal(metadata.annotations?.[ANNOTATIONS.weights], FOLDER);
  });

  it("is waited for by a step of the pod, which says for what, and passes once the marker is there", async () => {
    const { open, isOpen } = gate();
    world = await CacheWorld.of({ hold: () => isOpen });
    const steps = await world.steps();
    await world.apply(steps, 2);
    await world.filling();
    const { cluster, namespace } = world.scenario;
    const deployment = steps.find(
      ({ object: { kind, metadata } }) => kind === "Deployment" && metadata.name === "chat-r1",
    )!;
    const pod = (deployment.object as Template).spec.template.spec;
    const fill = (await world.kubelet.pods())[0]!;
    const step = pod.initContainers!.find(({ name }) => name === "wait-for-weights")!;
    const { nodeSelector, tolerations } = fill.spec as unknown as Pod;
    await cluster.create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "waits", namespace, labels: { [LABELS.component]: "cache" } },
      // The step as the runtime has it, alone and on the node that runs programs.
      spec: {
        ...{ securityContext: pod["securityContext"], volumes: pod["volumes"], serviceAccountName: "chat-r1" },
        ...{
          automountServiceAccountToken: false,
          restartPolicy: "Never",
          containers: [step],
          nodeSelector,
          tolerations,
        },
      },
    });
    await eventually(
      "a line that says what is waited for",
      () => /waits for the fill of Qwen\/Qwen3-8B at b968826d/.test(world!.logOf("waits")) || undefined,
    );
    const before = await world.scenario.get<RunnablePod>("v1", "Pod", "waits");
    assert.equal(before.status?.phase, "Running");

    open();
    const phase = await eventually("the end of the step", async () => {
      const { status } = await world!.scenario.get<RunnablePod>("v1", "Pod", "waits");
      return status?.phase === "Running" ? undefined : status?.phase;
    });
    assert.equal(phase, "Succeeded", world.logOf("waits"));
    assert.match(world.logOf("waits"), /is filled id=Qwen\/Qwen3-8B/);
  });

  it("goes on where a killed fill was, by a pod that the Job makes again", async () => {
    const { open, isOpen } = gate();
    world = await CacheWorld.of({ hold: () => isOpen });
    await world.apply(await world.steps(), 1);
    const first = await world.filling();
    assert.ok(world.kubelet.crash(first));
    open();
    await world.filled();
    const pods = await world.kubelet.pods();
    assert.equal(pods.length, 2, "one that was killed, and one more");
    const second = pods.find(({ metadata }) => metadata.uid !== first.metadata.uid)!;
    assert.match(world.logOf(second.metadata.name), /goes on with the downloads of a fill that was interrupted/);
    const [job] = await eventually("the end of the Job", async () => {
      const jobs = await world!.fills();
      return jobs[0]?.status?.succeeded === 1 ? jobs : undefined;
    });
    assert.equal(job!.status?.failed, 1);
  });

  it("is filled once by the fills of two stacks", async () => {
    world = await CacheWorld.of();
    const steps = await world.steps();
    const twice = steps.map((step) => {
      if (step.object.kind !== "Job") return [step];
      const { metadata } = step.object;
      return [step, { ...step, object: { ...step.object, metadata: { ...metadata, name: "fill-of-another-stack" } } }];
    });
    await world.apply(twice.flat(), 60);
    await eventually("the end of both", async () =>
      (await world!.fills()).every(({ status }) => status?.succeeded === 1) ? true : undefined,
    );
    const pods = await world.kubelet.pods();
    assert.equal(pods.length, 2);
    const fetched = pods.filter(({ metadata }) => world!.logOf(metadata.name).includes(`fills ${ID} from`));
    assert.equal(fetched.length, 1, "the other one has waited for the lock, and found the marker");
  });
});
