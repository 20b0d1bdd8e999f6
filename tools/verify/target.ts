/** The cluster that is looked at. What several checks read is read once. */
import { APP_NAME, COMPONENTS, LABELS } from "../../components/vocabulary/labels.js";
import { HTTP_PORT } from "../../components/vocabulary/ports.js";
import { SECRET_ENV } from "../../components/vocabulary/secrets.js";
import { ENGINE_CONTAINER } from "../../components/vocabulary/workloads.js";
import { podServer, type Server } from "../cluster/http.js";
import { numberOf, type Workload } from "../contract/deployed.js";
import { Failure } from "../failure.js";
import { ApiError, type Cluster, describe, type KubernetesObject, type Reference } from "../local/client.js";
import { Skip } from "./check.js";
import { type Deployment, isReady, type Pod } from "./objects.js";
import type { Wanted, WantedRelease } from "./wanted.js";

export type Where = { namespace?: string; labels?: Readonly<Record<string, string>> };

export class Target {
  private readonly read = new Map<string, Promise<unknown>>();

  /** @param seconds that a request to a server in the cluster may take */
  constructor(
    readonly cluster: Cluster,
    readonly wanted: Wanted,
    readonly seconds: number,
    /** Words of a kubectl command that name the cluster, each with a space before it. */
    private readonly named: string,
  ) {}

  get namespace(): string {
    return this.wanted.namespace;
  }

  /** A command for people to look further. */
  kubectl(words: string, namespace = this.namespace): string {
    return `kubectl${this.named} -n ${namespace} ${words}`;
  }

  private once<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.read.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const asked = ask();
    this.read.set(key, asked);
    return asked;
  }

  list<T extends KubernetesObject>(apiVersion: string, kind: string, where: Where = {}): Promise<T[]> {
    return this.once(JSON.stringify([apiVersion, kind, where]), () => this.cluster.list<T>(apiVersion, kind, where));
  }

  get<T extends KubernetesObject>(reference: Reference): Promise<T | undefined> {
    return this.once(`${reference.apiVersion} ${describe(reference)}`, () => this.cluster.get<T>(reference));
  }

  /** Labels of everything that serves the stack's models. */
  private get served(): Where {
    const labels = {
      [LABELS.name]: APP_NAME,
      [LABELS.component]: COMPONENTS.runtime,
      [LABELS.partOf]: this.wanted.partOf,
    };
    return { namespace: this.namespace, labels };
  }

  deployments(): Promise<Deployment[]> {
    return this.list<Deployment>("apps/v1", "Deployment", this.served);
  }

  replicaSets(): Promise<Workload[]> {
    return this.list<Workload>("apps/v1", "ReplicaSet", this.served);
  }

  /** Pods of a release that are not on their way out. */
  async pods({ plan }: WantedRelease): Promise<Pod[]> {
    const pods = await this.list<Pod>("v1", "Pod", this.served);
    return pods.filter(
      ({ metadata }) =>
        metadata.deletionTimestamp === undefined &&
        metadata.labels?.[LABELS.instance] === plan.name &&
        metadata.labels[LABELS.release] === plan.release,
    );
  }

  /** @throws Skip where it is not there: the check of objects says that */
  async deployment({ name }: WantedRelease): Promise<Deployment> {
    const found = (await this.deployments()).find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Skip(`there is no Deployment ${name}: see objects`);
    return found;
  }

  /** A release that may have no replica has none. */
  async isAtZero(release: WantedRelease): Promise<boolean> {
    const { spec } = await this.deployment(release);
    return spec.replicas === 0 && release.plan.autoscaling.min === 0;
  }

  /** @throws Skip at zero replicas on purpose, and where no pod is Ready: the check of the rollout says that */
  async readyPods(release: WantedRelease): Promise<Pod[]> {
    if (await this.isAtZero(release)) throw new Skip("at zero replicas, as autoscaling.min 0 allows");
    const ready = (await this.pods(release)).filter(isReady);
    if (ready.length === 0) throw new Skip("no pod is Ready: see rollout");
    return ready;
  }

  /** The ReplicaSet of a Deployment's newest template. */
  async newest(deployment: Deployment): Promise<Workload | undefined> {
    const number = numberOf(deployment);
    return (await this.replicaSets()).find(
      (replicaSet) =>
        numberOf(replicaSet) === number &&
        replicaSet.metadata.ownerReferences?.some(({ uid }) => uid === deployment.metadata.uid),
    );
  }

  /** vLLM in a pod. */
  engine({ metadata: { namespace, name } }: Pod): Server {
    return podServer(this.cluster, { namespace, pod: name, port: HTTP_PORT }, this.seconds);
  }

  /** Headers with the key that clients send. @throws Skip where its Secret may not be read */
  async authorization({ deployment }: WantedRelease): Promise<Record<string, string>> {
    const engine = deployment.spec.template.spec.containers.find(({ name }) => name === ENGINE_CONTAINER);
    const reference = engine?.env?.find(({ name }) => name === SECRET_ENV.apiKey)?.valueFrom?.secretKeyRef;
    if (reference === undefined) return {};
    const key = await this.secret(reference.name, reference.key, "the API key");
    return { Authorization: `Bearer ${key}` };
  }

  /** A value of a Secret in the models' namespace; nothing prints it. @param what it is, for messages */
  async secret(name: string, key: string, what: string): Promise<string> {
    const reference = { apiVersion: "v1", kind: "Secret", metadata: { name, namespace: this.namespace } };
    const found = await this.get<KubernetesObject & { data?: Record<string, string> }>(reference).catch(
      (thrown: unknown) => {
        const isRefused = thrown instanceof ApiError && thrown.status === 403;
        throw isRefused ? new Skip(`needs ${what}, and ${describe(reference)} may not be read`) : thrown;
      },
    );
    const value = found?.data?.[key];
    if (value === undefined) throw new Failure(`${describe(reference)} has no key ${key} with ${what}`);
    return Buffer.from(value, "base64").toString();
  }
}
