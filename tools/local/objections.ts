/** Reasons not to put a stack into an existing cluster. Only reads. */
import pLimit from "p-limit";
import { LABELS, MANAGED_BY } from "../../components/vocabulary/labels.js";
import { gpusAmong } from "../../components/vocabulary/nodes.js";
import { error, type Problem } from "../../components/config/problems.js";
import { ApiError, type Cluster, describe, type KubernetesObject, type Reference } from "./client.js";
import { familyOf, isMarked, whose } from "./ownership.js";

/** KWOK's annotation of nodes that it simulates. */
const SIMULATED_BY_KWOK = "kwok.x-k8s.io/node";
const CONCURRENCY = 16;

/** What `up` will put into a cluster. */
export interface Intent {
  stack: string;
  run: string;
  /** The stack's objects and the simulated nodes. */
  objects: readonly KubernetesObject[];
}

/** The object, if the cluster has it; it need not know its kind yet. */
async function found(cluster: Cluster, object: Reference): Promise<KubernetesObject | undefined> {
  try {
    return await cluster.get(object);
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.status === 404) return undefined;
    throw thrown;
  }
}

/** Foreign objects that have names of the run's objects. */
async function taken(cluster: Cluster, { run, objects }: Intent): Promise<KubernetesObject[]> {
  const limit = pLimit(CONCURRENCY);
  const there = await Promise.all(objects.map((object) => limit(() => found(cluster, object))));
  return there.filter((object) => object !== undefined).filter((object) => !isMarked(object, run));
}

/** Objects that carry the stack's labels and are not the run's. */
async function labelled(cluster: Cluster, { stack, run }: Intent): Promise<KubernetesObject[]> {
  const limit = pLimit(CONCURRENCY);
  const labels = { [LABELS.partOf]: stack, [LABELS.managedBy]: MANAGED_BY };
  const { kinds } = await cluster.kinds();
  const lists = await Promise.all(
    kinds.map(({ apiVersion, kind }) => limit(() => cluster.list(apiVersion, kind, { labels }))),
  );
  const all = lists.flat();
  const family = familyOf(all, run);
  return all.filter((object) => !family.has(object));
}

interface Node extends KubernetesObject {
  status?: { capacity?: Record<string, string> };
}

/** Real nodes with GPUs: the stack's pods would run on them. */
async function gpuNodes(cluster: Cluster, run: string): Promise<string[]> {
  return (await cluster.list<Node>("v1", "Node"))
    .filter((node) => !isMarked(node, run) && node.metadata.annotations?.[SIMULATED_BY_KWOK] === undefined)
    .filter(({ status }) => gpusAmong(status?.capacity) > 0)
    .map(({ metadata }) => metadata.name);
}

function takenText(stack: string, object: KubernetesObject): string {
  const { kind, metadata } = object;
  if (kind === "Namespace" && metadata.labels?.[LABELS.partOf] === stack)
    return `stack ${stack} is deployed there, in namespace ${metadata.name}, and would be taken over and deleted`;
  return `${describe(object)} is there already, ${whose(object)}, and would be taken over and deleted`;
}

/** One line for each namespace: a stack has many objects. */
function labelledTexts(stack: string, objects: readonly KubernetesObject[]): string[] {
  const groups = new Map<string | undefined, KubernetesObject[]>();
  for (const object of objects) {
    const { namespace } = object.metadata;
    groups.set(namespace, [...(groups.get(namespace) ?? []), object]);
  }
  return [...groups].map(([namespace, members]) => {
    const where = namespace === undefined ? "for the whole cluster" : `in namespace ${namespace}`;
    const names = members.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(", ");
    return `objects of stack ${stack} are there already, ${where}, and would be taken for this one's (${names})`;
  });
}

/** Every reason not to touch the cluster: what was found, whose it is and what to do. */
export async function objections(cluster: Cluster, intent: Intent): Promise<Problem[]> {
  const { stack, run } = intent;
  const [names, labels, nodes] = await Promise.all([
    taken(cluster, intent),
    labelled(cluster, intent),
    gpuNodes(cluster, run),
  ]);
  const named = new Set(names.map(describe));
  const texts = [
    ...names.map((object) => takenText(stack, object)),
    ...labelledTexts(
      stack,
      labels.filter((object) => !named.has(describe(object))),
    ),
    ...(nodes.length === 0 ? [] : [`models would run on its own GPU nodes (${nodes.join(", ")})`]),
  ];
  return texts.map((text) => error(cluster.server, `${text}: use a cluster for tests`));
}
