/**
 * Times on a real control plane: its start, the apply of many models, and from too much load to new replicas.
 *
 * Targets on two cores: new replicas wanted 20 s after the breach (scrape 5 s, KEDA 15 s, autoscaler 5 s); 200 models applied
 * in 60 s; start in 20 s.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { nodeGroupsOf } from "../../stacks/clusterConfig.js";
import { collect } from "../collect.js";
import { applyAll } from "../local/apply.js";
import { build } from "../local/build.js";
import type { KubernetesObject } from "../local/client.js";
import { foldersOf } from "../local/folders.js";
import { stackSteps } from "../local/manifests.js";
import { makeNodes, stackNodes } from "../local/nodes.js";
import { until } from "../local/processes.js";
import { LOCAL_PROGRAMS } from "../local/programs.js";
import { prometheusUrl } from "../local/prometheus.js";
import { sendLoad } from "../local/simulator/load.js";
import { clear, followPodMonitors, type LocalCluster, startCluster } from "../local/start.js";
import { loadStack } from "../loadStack.js";
import { plainTable } from "../preview/table.js";
import { machine, manyModels } from "./stacks.js";

const PROJECT = resolve(__dirname, "../..");
const NAMESPACE = "vllm";
const ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"];
const COUNTS = [1, 50, 200];
const BREACHES = 5;
/** Of 16 sequences at 75 %: 60 requests are five replicas' worth; three is the most of these models. */
const BREACH = { inFlight: 60, replicas: 3 };

/** Room for every replica: 4 GPUs a node. */
const GPU_NODES = {
  inference: { purpose: "inference", gpu: "l4", instanceTypes: ["g6.12xlarge"], min: 0, max: 70 },
  batch: { purpose: "batch", gpu: "l4", instanceTypes: ["g6.12xlarge"], capacity: "spot", min: 0, max: 110 },
};

interface Pod extends KubernetesObject {
  spec: { nodeName?: string };
}

interface Deployment extends KubernetesObject {
  spec: { replicas?: number };
}

interface Autoscaler extends KubernetesObject {
  status?: { currentMetrics?: { external?: { current?: { averageValue?: string } } }[] };
}

async function timed<T>(work: () => Promise<T>): Promise<{ seconds: number; result: T }> {
  const began = performance.now();
  const result = await work();
  return { seconds: (performance.now() - began) / 1000, result };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function podsOf({ cluster }: LocalCluster, model?: string): Promise<Pod[]> {
  const labels = { ...(model !== undefined && { "app.kubernetes.io/instance": model }) };
  return cluster.list<Pod>("v1", "Pod", { namespace: NAMESPACE, labels });
}

/** Runs the program for this many models, applies its objects, and waits until every pod has a node. */
async function applied(local: LocalCluster, folder: string, count: number): Promise<string[]> {
  writeFileSync(join(folder, `Pulumi.many${count}.yaml`), stringify(manyModels(count, GPU_NODES)));
  const { file, config } = loadStack(folder, `many${count}`);
  const { run } = local;
  await makeNodes(local.cluster, stackNodes(nodeGroupsOf(config.cluster), ZONES), run);
  const program = await timed(() => collect(file));
  const steps = stackSteps(program.result, {
    run,
    prometheusUrl: prometheusUrl(local.folders, local.ports.prometheus),
    load: { others: "0s", named: {} },
  });
  const began = performance.now();
  const apply = await timed(() => applyAll(local.cluster, steps, { run, rolloutSeconds: 1 }));
  const deployments = steps.filter(({ object }) => object.kind === "Deployment").length;
  await until(
    "a node for every pod",
    async () => (await podsOf(local)).filter(({ spec }) => spec.nodeName !== undefined).length >= deployments,
    { seconds: 300 },
  );
  const scheduled = (performance.now() - began) / 1000;
  await followPodMonitors(local);
  return [
    count === 1 ? "1 model" : `${count} models`,
    String(apply.result.changed.length),
    ...[program.seconds, apply.seconds, scheduled].map((s) => s.toFixed(1)),
  ];
}

/** Loads an idle model; the seconds until replicas are wanted, and until they have nodes. */
async function breach(local: LocalCluster, model: string): Promise<{ wanted: number; scheduled: number }> {
  const { cluster, folders, ports } = local;
  const namespaced = (apiVersion: string, kind: string, name: string) => ({
    apiVersion,
    kind,
    metadata: { name, namespace: NAMESPACE },
  });
  await until(
    `the metrics of ${model}`,
    async () => {
      const scaler = namespaced("autoscaling/v2", "HorizontalPodAutoscaler", `keda-hpa-${model}-r1`);
      return (
        (await cluster.get<Autoscaler>(scaler))?.status?.currentMetrics?.[0]?.external?.current?.averageValue === "0"
      );
    },
    { seconds: 120 },
  );
  const began = performance.now();
  await sendLoad(folders, ports.simulator, `${NAMESPACE}/${model}`, { inFlight: BREACH.inFlight, kvCache: 0 });
  const seconds = async (what: string, holds: () => Promise<boolean>) => {
    await until(what, holds, { seconds: 120 });
    return (performance.now() - began) / 1000;
  };
  const deployment = namespaced("apps/v1", "Deployment", `${model}-r1`);
  const wanted = await seconds(
    "more replicas",
    async () => ((await cluster.get<Deployment>(deployment))?.spec.replicas ?? 1) > 1,
  );
  const scheduled = await seconds("nodes for them", async () => {
    const pods = await podsOf(local, model);
    return pods.filter(({ spec }) => spec.nodeName !== undefined).length >= BREACH.replicas;
  });
  return { wanted, scheduled };
}

/** Puts load on at random times, independent of scrapes and polls. */
async function breaches(local: LocalCluster): Promise<{ wanted: number; scheduled: number }[]> {
  const results = [];
  for (let index = 0; index < BREACHES; index += 1) {
    await sleep(1000 + Math.random() * 15_000);
    // Every third model is interactive.
    results.push(await breach(local, `model-${3 * (index + 1)}`));
  }
  return results;
}

export async function benchControlPlane(): Promise<void> {
  const folders = foldersOf(PROJECT, `bench-${process.pid}`);
  const temporary = mkdtempSync(join(tmpdir(), "pulumi-vllm-bench-"));
  const say = (line: string) => console.error(line);
  process.once("SIGINT", () => void clear(folders).then(() => process.exit(130)));
  try {
    const binaries = await build(folders.bin, say, LOCAL_PROGRAMS);
    console.log(machine());
    const starts: number[] = [];
    const rows: string[][] = [];
    let reactions: { wanted: number; scheduled: number }[] = [];
    for (const count of COUNTS) {
      // Each count in a new cluster: existing objects would be counted too.
      const { seconds, result: local } = await timed(() => startCluster(binaries, folders, () => undefined));
      starts.push(seconds);
      say(`started in ${seconds.toFixed(1)} s`);
      rows.push(await applied(local, temporary, count));
      say(rows.at(-1)!.join("  "));
      // While fifty models are scraped and polled.
      if (count === 50) reactions = await breaches(local);
      local.cluster.close();
      await clear(folders);
    }
    const wanted = reactions.map((reaction) => reaction.wanted);
    const scheduled = reactions.map((reaction) => reaction.scheduled);
    const row = (name: string, values: readonly number[]) => [
      name,
      median(values).toFixed(1),
      Math.max(...values).toFixed(1),
      String(values.length),
    ];
    console.log(
      plainTable(
        ["SECONDS", "MEDIAN", "MOST", "RUNS"],
        [
          row("start of everything", starts),
          row("breach to replicas wanted", wanted),
          row("breach to replicas scheduled", scheduled),
        ],
        [1, 2, 3],
      ),
    );
    console.log(plainTable(["APPLY OF", "OBJECTS", "PROGRAM S", "APPLY S", "SCHEDULED S"], rows, [1, 2, 3, 4]));
  } finally {
    await clear(folders);
    rmSync(temporary, { recursive: true, force: true });
  }
}
