/**
 * Removes a run from a cluster, and nothing else: objects with the run's id, each only while it still has the id. Foreign
 * objects stay, and so do namespaces and CRDs that hold them.
 */
import pLimit from "p-limit";
import { BATCH_OBJECTS, RUNTIME_OBJECTS } from "../../components/vocabulary/workloads.js";
import { type Cluster, describe, type Kind, type KubernetesObject } from "./client.js";
import { familyOf, marks, removeOwn } from "./ownership.js";
import { until } from "./processes.js";

/** Longer than a namespace full of objects takes to go. */
const DELETE_SECONDS = 60;
const CONCURRENCY = 16;
/** First what would make others again. */
const ORDER = [...BATCH_OBJECTS, ...RUNTIME_OBJECTS];
const DEFINITION = "CustomResourceDefinition";

/** What Kubernetes itself puts into every namespace, and events. */
function isOfNamespaceItself({ kind, metadata: { name } }: KubernetesObject): boolean {
  return (
    kind === "Event" ||
    (kind === "ConfigMap" && name === "kube-root-ca.crt") ||
    (kind === "ServiceAccount" && name === "default")
  );
}

/** A removal: it asks for the cluster's kinds once. */
class Removal {
  private readonly limit = pLimit(CONCURRENCY);
  /** Why objects of the run are left. */
  readonly left: string[] = [];

  constructor(
    private readonly cluster: Cluster,
    private readonly run: string,
    private readonly kinds: readonly Kind[],
    /** API versions that do not answer. */
    private readonly silent: readonly string[],
  ) {}

  private async list(kinds: readonly Kind[], selection: Parameters<Cluster["list"]>[2]): Promise<KubernetesObject[]> {
    const lists = await Promise.all(
      kinds.map(({ apiVersion, kind }) => this.limit(() => this.cluster.list(apiVersion, kind, selection))),
    );
    return lists.flat();
  }

  /** Everything in namespaces. */
  private inNamespace(namespace: string): Promise<KubernetesObject[]> {
    return this.list(
      this.kinds.filter(({ namespaced }) => namespaced),
      { namespace },
    );
  }

  async all(): Promise<void> {
    const marked = await this.list(this.kinds, { labels: marks(this.run) });
    // What a controller made of one of our objects has its labels, and is deleted with it.
    const own = marked.filter(({ kind, metadata }) => metadata.ownerReferences === undefined && kind !== "Endpoints");
    const namespaced = own.filter(({ metadata }) => metadata.namespace !== undefined);
    await this.removeNamespaced(namespaced);
    const wide = own.filter(({ metadata }) => metadata.namespace === undefined);
    const [definitions, others] = [
      wide.filter(({ kind }) => kind === DEFINITION),
      wide.filter(({ kind }) => kind !== DEFINITION),
    ];
    for (const object of others.filter(({ kind }) => kind === "Namespace")) await this.removeNamespace(object);
    await this.removeAll(others.filter(({ kind }) => kind !== "Namespace"));
    for (const definition of definitions) await this.removeDefinition(definition);
  }

  /** In the order of removal: first the objects that would create others again. */
  private async removeNamespaced(objects: readonly KubernetesObject[]): Promise<void> {
    const order = ({ kind }: KubernetesObject) => {
      const place = ORDER.findIndex((object) => object.kind === kind);
      return place === -1 ? ORDER.length : place;
    };
    const namespaces = [...new Set(objects.map(({ metadata }) => metadata.namespace!))];
    const family = (await Promise.all(namespaces.map((namespace) => this.familyIn(namespace)))).flat();
    const going = new Map(
      family.map(({ metadata, apiVersion, kind }) => [metadata.uid!, { apiVersion, kind, namespaced: true }]),
    );
    for (const object of objects.toSorted((a, b) => order(a) - order(b)))
      if (!(await this.removeOne(object))) going.delete(object.metadata.uid!);
    await until(
      "the end of the stack's objects",
      async () => {
        const kinds = [
          ...new Map([...going.values()].map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind])).values(),
        ];
        const there = await Promise.all(namespaces.map((namespace) => this.list(kinds, { namespace })));
        const rest = there.flat().filter(({ metadata }) => going.has(metadata.uid!));
        // KWOK may be gone: nothing else would end these pods.
        for (const pod of rest.filter(({ kind }) => kind === "Pod"))
          await this.cluster.remove(pod, 0, { uid: pod.metadata.uid! });
        return rest.length === 0;
      },
      { seconds: DELETE_SECONDS, everyMs: 250 },
    );
  }

  /** The run's objects in a namespace, with what controllers made of them. */
  private async familyIn(namespace: string): Promise<KubernetesObject[]> {
    return [...familyOf(await this.inNamespace(namespace), this.run)];
  }

  /** @returns whether it is being deleted; if not, somebody removed the run's id from it */
  private async removeOne(object: KubernetesObject): Promise<boolean> {
    const goes = await removeOwn(this.cluster, object, this.run);
    if (!goes) this.left.push(`${describe(object)} stays, for somebody has taken the run's id off it`);
    return goes;
  }

  /** Unless it holds foreign objects. */
  private async removeNamespace(namespace: KubernetesObject): Promise<void> {
    if (this.silent.length > 0) {
      this.left.push(
        `${describe(namespace)} stays: ${this.silent.join(", ")} does not answer, so nobody knows what is in it`,
      );
      return;
    }
    const others = (await this.inNamespace(namespace.metadata.name)).filter((object) => !isOfNamespaceItself(object));
    if (others.length > 0) {
      // Objects that controllers made of these need no mention.
      const first = others.filter(
        ({ kind, metadata }) => metadata.ownerReferences === undefined && kind !== "Endpoints",
      );
      const names = (first.length > 0 ? first : others).map(describe).join(", ");
      this.left.push(`${describe(namespace)} stays, for there is something of others in it: ${names}`);
      return;
    }
    await this.removeAll([namespace]);
  }

  /** Unless resources of it exist, which would be deleted with it. */
  private async removeDefinition(definition: KubernetesObject): Promise<void> {
    const { group, names, versions } = definition["spec"] as {
      group: string;
      names: { kind: string };
      versions: { name: string; served: boolean }[];
    };
    const { name } = versions.find(({ served }) => served)!;
    const known = this.kinds.some(({ apiVersion, kind }) => apiVersion.startsWith(`${group}/`) && kind === names.kind);
    const resources = known ? await this.cluster.list(`${group}/${name}`, names.kind) : [];
    if (resources.length > 0) {
      this.left.push(`${describe(definition)} stays, for others use it: ${resources.map(describe).join(", ")}`);
      return;
    }
    await this.removeAll([definition]);
  }

  private async removeAll(objects: readonly KubernetesObject[]): Promise<void> {
    const going: KubernetesObject[] = [];
    for (const object of objects) if (await this.removeOne(object)) going.push(object);
    const isGone = async (object: KubernetesObject) =>
      (await this.cluster.get(object))?.metadata.uid !== object.metadata.uid;
    await until(
      `the end of ${going.map(describe).join(", ")}`,
      async () => (await Promise.all(going.map(isGone))).every(Boolean),
      { seconds: DELETE_SECONDS },
    );
  }
}

/**
 * @returns what stays of the run and why, one line each
 * @throws LocalFailure when something is still there after a minute; another call continues
 */
export async function removeRun(cluster: Cluster, run: string): Promise<string[]> {
  const { kinds, silent } = await cluster.kinds();
  const removal = new Removal(cluster, run, kinds, silent);
  await removal.all();
  return removal.left;
}
