/**
 * What rules and dashboards of 300 models ask of Prometheus: a real one scrapes stand-ins of their pods as often as in a cluster, and says
 * itself how long it evaluates each group. Target on two cores: all rules together in 1 s, each dashboard below 1 MB.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { formatProblem } from "../../components/config/problems.js";
import { dashboardConfigMaps } from "../../components/observability/dashboards/configMaps.js";
import { ruleObjects } from "../../components/observability/ruleObjects.js";
import { nodeGroupsOf } from "../../stacks/clusterConfig.js";
import { parseStackConfig, type StackConfig } from "../../stacks/config.js";
import { build } from "../local/build.js";
import { foldersOf } from "../local/folders.js";
import { LOOPBACK, namedPorts } from "../local/ports.js";
import { prometheusIsReady } from "../local/prometheus.js";
import { plainTable } from "../preview/table.js";
import { ROOT } from "./process.js";
import { otherSeries, podsOf, serveSeries, targetLabels } from "./series.js";
import { machine, manyModels } from "./stacks.js";

const MODELS = 300;
/** Of each release. */
const REPLICAS = 2;
const SCOPE = { namespace: "vllm", stack: "bench" };
/** The rules' rates are of five minutes, which have to be full. */
const WARM_UP_SECONDS = Number(process.env["BENCH_WARM_UP_SECONDS"] ?? 330);
/** Evaluations that are looked at, one every half minute. */
const SAMPLES = 4;
const READY_SECONDS = 60;
const MB = 1_000_000;

const GPU_NODES = {
  inference: { purpose: "inference", gpu: "l4", instanceTypes: ["g6.12xlarge"], min: 0, max: 200 },
  batch: { purpose: "batch", gpu: "l4", instanceTypes: ["g6.12xlarge"], capacity: "spot", min: 0, max: 200 },
};

interface RuleGroupState {
  name: string;
  /** Seconds of the last evaluation. */
  evaluationTime: number;
  rules: { name: string; health: string; lastError?: string; evaluationTime: number }[];
}

export async function benchObservability(): Promise<void> {
  const config = configOf();
  const { prometheus } = await build(foldersOf(ROOT).bin, console.log, ["prometheus"]);
  const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-bench-"));
  const series = await serveSeries(podsOf(config, REPLICAS), otherSeries(config, REPLICAS));
  const port = (await namedPorts("prometheus")).prometheus;
  let running: ChildProcess | undefined;
  try {
    writeRules(folder, config);
    writeFileSync(join(folder, "prometheus.yml"), stringify(prometheusYaml(config, series.port), { lineWidth: 0 }));
    console.log(`${machine()}; ${MODELS} models, ${podsOf(config, REPLICAS).length} pods, a scrape every 5 s`);
    running = spawn(
      prometheus,
      [
        `--config.file=${join(folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=${LOOPBACK}:${port}`,
        "--log.level=error",
      ],
      { stdio: ["ignore", "inherit", "inherit"] },
    );
    const url = `http://${LOOPBACK}:${port}`;
    for (let second = 0; !(await prometheusIsReady(url)); second += 1) {
      if (second > READY_SECONDS || running.exitCode !== null) throw new Error("Prometheus does not start");
      await sleep(1000);
    }
    await sleep(WARM_UP_SECONDS * 1000);
    await report(url);
  } finally {
    if (running !== undefined && running.exitCode === null) {
      const ended = once(running, "exit");
      running.kill("SIGKILL");
      await ended;
    }
    series.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  dashboards(config);
}

function configOf(): StackConfig {
  const { config } = manyModels(MODELS, GPU_NODES) as { config: Record<string, unknown> };
  const values = Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("vllm:", ""), value]));
  const slo = {
    ttft: { seconds: 1, target: 0.99 },
    interTokenLatency: { seconds: 0.1, target: 0.99 },
    availability: 0.999,
  };
  const observability = { slo, budgets: { usdPerDay: 100_000 } };
  const parsed = parseStackConfig({ ...values, observability });
  if (parsed.config === undefined) throw new Error(parsed.problems.map(formatProblem).join("\n"));
  return parsed.config;
}

function writeRules(folder: string, { models, batches, cluster, observability }: StackConfig): void {
  const watched = { models, batches, config: observability, nodeGroups: nodeGroupsOf(cluster) };
  mkdirSync(join(folder, "rules"));
  for (const [name, groups] of Object.entries(ruleObjects(watched, SCOPE))) {
    // As Prometheus' operator writes them, a file each.
    writeFileSync(
      join(folder, "rules", `${name}.yaml`),
      stringify({ groups }, { lineWidth: 0, aliasDuplicateObjects: false }),
    );
  }
}

function prometheusYaml(config: StackConfig, port: number): object {
  const target = `${LOOPBACK}:${port}`;
  return {
    global: { scrape_interval: "30s", evaluation_interval: "30s" },
    rule_files: ["rules/*.yaml"],
    scrape_configs: [
      {
        job_name: "pods",
        scrape_interval: "5s",
        scrape_timeout: "4s",
        static_configs: podsOf(config, REPLICAS).map((pod) => ({
          targets: [target],
          labels: { ...targetLabels(pod, SCOPE), __metrics_path__: `/pods/${pod.name}` },
        })),
      },
      { job_name: "others", honor_labels: true, metrics_path: "/others", static_configs: [{ targets: [target] }] },
    ],
  };
}

/** @throws Error where a rule fails: it was not measured then */
async function report(url: string): Promise<void> {
  const samples: RuleGroupState[][] = [];
  for (let index = 0; index < SAMPLES; index += 1) {
    if (index > 0) await sleep(30_000);
    const answer = (await (await fetch(`${url}/api/v1/rules`)).json()) as { data: { groups: RuleGroupState[] } };
    samples.push(answer.data.groups);
  }
  const failed = samples.at(-1)!.flatMap(({ rules }) => rules.filter(({ health }) => health === "err"));
  if (failed.length > 0) throw new Error(failed.map(({ name, lastError }) => `${name}: ${lastError}`).join("\n"));

  const total = (groups: readonly RuleGroupState[]): number =>
    groups.reduce((sum, { evaluationTime }) => sum + evaluationTime, 0);
  const middle = [...samples].sort((a, b) => total(a) - total(b))[Math.floor(SAMPLES / 2)]!;
  const kinds = new Map<string, { groups: number; rules: number; seconds: number; slowest: number }>();
  for (const { name, rules, evaluationTime } of middle) {
    const kind = name.startsWith("vllm-contract-") ? "vllm-contract-…" : name;
    const { groups = 0, rules: count = 0, seconds = 0, slowest = 0 } = kinds.get(kind) ?? {};
    kinds.set(kind, {
      groups: groups + 1,
      rules: count + rules.length,
      seconds: seconds + evaluationTime,
      slowest: Math.max(slowest, evaluationTime),
    });
  }
  const ms = (seconds: number): string => (seconds * 1000).toFixed(0);
  const rows = [...kinds]
    .sort(([, a], [, b]) => b.seconds - a.seconds)
    .map(([kind, { groups, rules, seconds }]) => [kind, String(groups), String(rules), ms(seconds)]);
  const rules = middle.flatMap((group) => group.rules);
  console.log(
    plainTable(
      ["RULES", "GROUPS", "RULES", "MS"],
      [...rows, ["all", String(middle.length), String(rules.length), ms(total(middle))]],
      [1, 2, 3],
    ),
  );
  const slowest = [...rules].sort((a, b) => b.evaluationTime - a.evaluationTime).slice(0, 5);
  console.log(
    plainTable(
      ["SLOWEST RULES", "MS"],
      slowest.map(({ name, evaluationTime }) => [name, ms(evaluationTime)]),
      [1],
    ),
  );
}

function dashboards({ observability }: StackConfig): void {
  const maps = dashboardConfigMaps(observability.dashboards, {
    stack: SCOPE.stack,
    runbooks: "https://runbooks.example.com",
  });
  const rows = maps.flatMap(({ data }) =>
    Object.entries(data).map(([file, text]) => [file, (Buffer.byteLength(text) / MB).toFixed(3)]),
  );
  console.log(plainTable(["DASHBOARD", "MB"], rows, [1]));
}
