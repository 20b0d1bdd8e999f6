/**
 * Prometheus as its own operator configures it, from the values and with the permissions that the stack gives it.
 *
 * The operator acts as its ServiceAccount, so that a right which it lacks here it would lack in a cluster. What it writes for its
 * Prometheus is given to a real one; only where targets answer is another, for simulated pods have no address.
 */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse, stringify } from "yaml";
import type { TrustArgs } from "../../components/platform/prometheus/trust.js";
import { prometheusStackValues } from "../../components/platform/prometheus/values.js";
import { installDefinitions } from "../../tools/local/crds.js";
import { ApiError, type KubernetesObject } from "../../tools/local/client.js";
import { certificateFile } from "../../tools/local/controlPlane.js";
import { kubeconfigOf, writePrivate } from "../../tools/local/folders.js";
import { moduleFolder } from "../../tools/local/go.js";
import { LOOPBACK, namedPorts } from "../../tools/local/ports.js";
import { start, until } from "../../tools/local/processes.js";
import { type PodMonitor, prometheusConfig, prometheusIsReady } from "../../tools/local/prometheus.js";
import { secretFile } from "../../tools/local/secrets.js";
import { eventually } from "./scenario.js";
import { binaries, FOLDERS, world } from "./world.js";

/** Kinds that the operator needs and a stack does not. */
const DEFINITIONS = ["prometheuses", "probes", "alertmanagers", "alertmanagerconfigs"];
const NAME = "kube-prometheus-stack-prometheus";
const OPERATOR = "kube-prometheus-stack-operator";

type Relabeling = Record<string, unknown>;

/** A part of Prometheus' configuration, as far as tests look at it. */
export interface ScrapeConfig {
  job_name: string;
  relabel_configs: Relabeling[];
  metric_relabel_configs?: Relabeling[];
  [key: string]: unknown;
}

interface Series {
  metric: Record<string, string>;
  value: [number, string];
}

export class OperatedPrometheus {
  private readonly pids: number[] = [];
  private port = 0;

  private constructor(readonly namespace: string) {}

  /**
   * Starts the operator, with a Prometheus for it to configure.
   *
   * @param namespace of both; made here
   * @param trustedNamespaces as the stack is told
   * @param fleetRules as the stack tells it
   */
  static async start(
    namespace: string,
    trustedNamespaces: readonly string[],
    fleetRules: TrustArgs["fleetRules"] = [],
  ): Promise<OperatedPrometheus> {
    const { cluster, run } = world();
    const folder = join(await moduleFolder("prometheusOperator"), "example", "prometheus-operator-crd");
    const files = DEFINITIONS.map((plural) => join(folder, `monitoring.coreos.com_${plural}.yaml`));
    await installDefinitions(
      cluster,
      files.map((file) => parse(readFileSync(file, "utf8")) as KubernetesObject),
      run,
    );
    await cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });

    const operated = new OperatedPrometheus(namespace);
    const values = prometheusStackValues({ clusterName: "e2e", namespace, trustedNamespaces, fleetRules });
    for (const object of values.extraManifests) await cluster.apply(object as unknown as KubernetesObject);
    const prometheus = {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "Prometheus",
      metadata: { name: NAME, namespace },
      spec: prometheusOf(values.prometheus.prometheusSpec),
    };
    // A kind that is new is not known at once, to the API server or to whoever has asked it before.
    await eventually("the kind Prometheus", () =>
      cluster.apply(prometheus).catch((thrown: unknown) => {
        if (thrown instanceof ApiError && thrown.status === 404) return undefined;
        throw thrown;
      }),
    );
    await operated.startOperator(values.prometheusOperator);
    return operated;
  }

  private async startOperator(values: object): Promise<void> {
    const { operator } = await namedPorts("operator");
    const namespaces = Object.entries(values).filter(([key]) => key.endsWith("Namespaces"));
    const started = start(
      `prometheus-operator-${this.namespace}`,
      binaries().prometheusOperator,
      [
        `--as=system:serviceaccount:${this.namespace}:${OPERATOR}`,
        `--web.listen-address=${LOOPBACK}:${operator}`,
        // Names the run, by which its processes are ended.
        `--ca-file=${certificateFile(FOLDERS, "ca.crt")}`,
        // As the chart does.
        ...namespaces.map(([key, value]) => `--${kebab(key)}=${(value as string[]).join(",")}`),
      ],
      FOLDERS,
      { KUBECONFIG: kubeconfigOf(FOLDERS) },
    );
    this.pids.push(started.pid);
    await until("the operator's configuration", async () => (await this.secret()) !== undefined, {
      processes: [started],
    });
  }

  private async secret(): Promise<string | undefined> {
    const metadata = { name: `prometheus-${NAME}`, namespace: this.namespace };
    const secret = await world().cluster.get<KubernetesObject & { data?: Record<string, string> }>({
      apiVersion: "v1",
      kind: "Secret",
      metadata,
    });
    return secret?.data?.["prometheus.yaml.gz"];
  }

  /** The scrape configurations that the operator has written, with the shard that its config reloader fills in. */
  async scrapeConfigs(): Promise<ScrapeConfig[]> {
    const text = gunzipSync(Buffer.from((await this.secret())!, "base64"))
      .toString()
      .replaceAll("$(SHARD)", "0");
    return (parse(text) as { scrape_configs: ScrapeConfig[] }).scrape_configs;
  }

  /** The files of rules that the operator has written, by name. */
  async ruleFiles(): Promise<Record<string, string>> {
    const maps = await world().cluster.list<KubernetesObject & { data?: Record<string, string> }>("v1", "ConfigMap", {
      namespace: this.namespace,
    });
    const own = maps.filter(({ metadata }) => metadata.name.startsWith(`prometheus-${NAME}-rulefiles-`));
    return Object.assign({}, ...own.map(({ data }) => data ?? {})) as Record<string, string>;
  }

  /**
   * Starts a Prometheus by what the operator has written for the PodMonitors of a namespace.
   *
   * @param rules files in place of the operator's
   * @param beside what else its configuration has: `scrape_configs` beside those of the PodMonitors, `alerting`
   */
  async run(
    ofNamespace: string,
    rules?: Record<string, string>,
    { scrape_configs = [], ...beside }: { scrape_configs?: object[]; alerting?: object } = {},
  ): Promise<void> {
    const folder = join(FOLDERS.run, `operated-${this.namespace}-${this.pids.length}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const [name, text] of Object.entries(rules ?? (await this.ruleFiles())))
      writePrivate(join(folder, name), text);
    const { cluster, ports } = world();
    const monitors = await cluster.list<PodMonitor>("monitoring.coreos.com/v1", "PodMonitor", {
      namespace: ofNamespace,
    });
    const local = prometheusConfig(monitors, {
      kubeconfig: kubeconfigOf(FOLDERS),
      simulator: `${LOOPBACK}:${ports.simulator}`,
      tokenFile: secretFile(FOLDERS, "simulator-token"),
    }) as { scrape_configs: ScrapeConfig[] };
    const operators = await this.scrapeConfigs();
    const config = {
      global: { evaluation_interval: "1s" },
      ...beside,
      rule_files: [join(folder, "*.yaml")],
      // Where the simulator answers is ours to say, in the last two relabelings; all labels are the operator's.
      scrape_configs: local.scrape_configs.map((ours): object => {
        const theirs = operators.find(({ job_name }) => job_name === ours.job_name);
        if (theirs === undefined) throw new Error(`the operator scrapes no ${ours.job_name}`);
        return {
          ...ours,
          relabel_configs: [...theirs.relabel_configs, ...ours.relabel_configs.slice(-2)],
          metric_relabel_configs: theirs.metric_relabel_configs ?? [],
        };
      }),
    };
    config.scrape_configs.push(...scrape_configs);
    const file = join(folder, "config.yml");
    writePrivate(file, stringify(config, { lineWidth: 0 }));
    const { prometheus } = await namedPorts("prometheus");
    this.port = prometheus;
    const started = start(
      `prometheus-${this.namespace}-${this.pids.length}`,
      binaries().prometheus,
      [
        `--config.file=${file}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=${LOOPBACK}:${prometheus}`,
        "--log.level=warn",
      ],
      FOLDERS,
    );
    this.pids.push(started.pid);
    await until("Prometheus", () => prometheusIsReady(`http://${LOOPBACK}:${prometheus}`), { processes: [started] });
  }

  get url(): string {
    return `http://${LOOPBACK}:${this.port}`;
  }

  /** What Prometheus answers to a query now. */
  async query(query: string): Promise<Series[]> {
    const url = `${this.url}/api/v1/query?query=${encodeURIComponent(query)}`;
    const answer = (await (await fetch(url)).json()) as { data?: { result: Series[] }; error?: string };
    if (answer.data === undefined) throw new Error(`${query}: ${answer.error ?? "no answer"}`);
    return answer.data.result;
  }

  /** Waits until a query has one series of this value. */
  async reads(query: string, value: number): Promise<void> {
    await eventually(`${value} by ${query}`, async () => this.is(await this.query(query), value), {
      instead: () => this.query(query),
    });
  }

  private is(series: readonly Series[], value: number): true | undefined {
    return series.length === 1 && Number(series[0]!.value[1]) === value ? true : undefined;
  }

  /** Ends the processes and removes the namespace. */
  async end(): Promise<void> {
    for (const pid of this.pids.splice(0)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== "ESRCH") throw thrown;
      }
    }
    await world().cluster.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace } });
  }
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** What the chart makes of the values of `prometheusSpec`. No pods: a real Prometheus runs beside the cluster. */
function prometheusOf(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const OTHERS = ["podAntiAffinity", "podAntiAffinityTopologyKey", "storageSpec"];
  const fields = Object.entries(values).flatMap(([key, value]): [string, unknown][] => {
    const selector = /^(.*Selector)NilUsesHelmValues$/.exec(key)?.[1];
    if (selector !== undefined) return [[selector, {}]];
    return OTHERS.includes(key) ? [] : [[key, value]];
  });
  return { ...Object.fromEntries(fields), replicas: 0 };
}
