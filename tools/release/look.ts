/** What a rollout's commands read: replicas from the cluster, series from Prometheus. Either may be out of reach. */
import { LABELS, APP_NAME, COMPONENTS } from "../../components/vocabulary/labels.js";
import type { ServedModel } from "../../components/derive/servedModel.js";
import { seriesOf } from "../../components/serving/monitors.js";
import { namespaceName } from "../../stacks/schema.js";
import { urlServer } from "../cluster/http.js";
import { type ClusterOptions, kubeconfigOf } from "../cluster/kubeconfig.js";
import { BadInput, Failure } from "../failure.js";
import type { LoadedStack } from "../loadStack.js";
import { Cluster, type KubernetesObject } from "../local/client.js";
import { Skip } from "../verify/check.js";
import { Prometheus, prometheusUrlOf, queried, TOKEN_VARIABLE } from "../verify/prometheus.js";
import { Target } from "../verify/target.js";
import { wantedOf } from "../verify/wanted.js";
import { measured, type Query, type Sides } from "./measure.js";

/** How cluster and Prometheus are found. */
export interface LookOptions extends ClusterOptions {
  /** URL, in place of the stack's own. */
  prometheus?: string;
  /** Seconds that a request may take. */
  timeout: number;
}

/** Replicas of a release. */
export interface Replicas {
  wanted: number;
  ready: number;
}

/** What is there, or why nobody can tell. */
export type Seen<T> = { value: T } | { why: string };

interface Deployment extends KubernetesObject {
  spec: { replicas?: number };
  status?: { readyReplicas?: number };
}

export class Look {
  private connected: Cluster | undefined;

  constructor(
    private readonly loaded: LoadedStack,
    private readonly options: LookOptions,
    private readonly env: Readonly<Record<string, string | undefined>>,
  ) {}

  close(): void {
    this.connected?.close();
  }

  private get cluster(): Cluster {
    const context = this.options.context ?? this.loaded.config.cluster.existing?.context;
    this.connected ??= new Cluster(kubeconfigOf(this.options, this.env), context);
    return this.connected;
  }

  /** By release; one that is not there has none. */
  replicas({ name }: ServedModel): Promise<Seen<Map<string, Replicas>>> {
    return this.seen(async () => {
      const labels = {
        [LABELS.name]: APP_NAME,
        [LABELS.component]: COMPONENTS.runtime,
        [LABELS.instance]: name,
      };
      const namespace = namespaceName(this.loaded.config.namespace);
      const deployments = await this.cluster.list<Deployment>("apps/v1", "Deployment", { namespace, labels });
      return new Map(
        deployments.map(({ metadata, spec, status }) => [
          metadata.labels?.[LABELS.release] ?? "",
          { wanted: spec.replicas ?? 1, ready: status?.readyReplicas ?? 0 },
        ]),
      );
    });
  }

  /** Both releases over the last minutes. */
  sides(model: ServedModel, canary: string, minutes: number): Promise<Seen<Sides>> {
    return this.seen(async () => {
      const { config } = this.loaded;
      const stable = model.releases.get(model.route.stable)!;
      const place = {
        stack: this.loaded.file.stack,
        namespace: namespaceName(config.namespace),
        series: seriesOf(config.platform.prometheus),
        minutes,
      };
      return measured(await this.query(), stable, model.releases.get(canary)!, place);
    });
  }

  private async query(): Promise<Query> {
    const { prometheus, timeout } = this.options;
    const token = this.env[TOKEN_VARIABLE];
    if (prometheus !== undefined) {
      const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` };
      const server = urlServer(prometheusUrlOf(prometheus), headers, timeout);
      return (query) => queried(server, query);
    }
    const target = new Target(this.cluster, await wantedOf(this.loaded), timeout, "");
    const own = new Prometheus(target, undefined, token);
    return (query) => own.query(query);
  }

  /** What cannot be reached is no failure of the command yet; a kubeconfig that the call names has to be one. */
  private async seen<T>(read: () => Promise<T>): Promise<Seen<T>> {
    try {
      return { value: await read() };
    } catch (thrown) {
      const isCall = thrown instanceof BadInput && this.options.kubeconfig !== undefined;
      if (!isCall && (thrown instanceof Failure || thrown instanceof Skip)) return { why: thrown.message };
      throw thrown;
    }
  }
}
