/** An existing cluster, which may be somebody else's: puts a stack into it, and removes exactly that again. */
import { LOCAL_RUN } from "../../components/vocabulary/labels.js";
import { error } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";
import { build } from "./build.js";
import { ApiError, Cluster, type KubernetesObject } from "./client.js";
import { type Asking, confirm } from "./confirm.js";
import { customResourceDefinitions, installDefinitions, missingDefinitions } from "./crds.js";
import { type Folders, kubeconfigOf, makePrivateFolder, writePrivate } from "./folders.js";
import { startKwok } from "./kwok.js";
import { type Intent, objections } from "./objections.js";
import { newRun } from "./ownership.js";
import { running, stopAll } from "./processes.js";
import { removeRun } from "./removeRun.js";
import { type LocalState, writeState } from "./state.js";

/** Which cluster. */
export interface ClusterAddress {
  /** Path of a kubeconfig. */
  kubeconfig: string;
  context: string;
}

/** The stack's objects and nodes for a run with this id. */
export type ObjectsOf = (run: string) => KubernetesObject[];

/** The uid of kube-system: it is as old as the cluster, and no other one has it. */
async function identityOf(cluster: Cluster): Promise<string> {
  const reference = { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system" } };
  const uid = (await cluster.get(reference))?.metadata.uid;
  if (uid === undefined)
    throw new ApiError(404, "Namespace kube-system", "is not there, so the cluster cannot be told from others");
  return uid;
}

/** @throws BadInput when the context leads to another cluster than before */
async function checkIdentity(cluster: Cluster, { joined, kubeconfig, context, run }: LocalState): Promise<void> {
  if ((await identityOf(cluster)) === joined?.uid) return;
  const message = `context ${JSON.stringify(context)} leads to ${cluster.server} now, which is another cluster than the one that the stack is in (${joined?.server})`;
  const fix = `put the context right, or forget that cluster by npm run local -- down --forget: what is left there carries the label ${LOCAL_RUN}=${run}`;
  throw new BadInput([error(kubeconfig, `${message}: ${fix}`)]);
}

interface DaemonSet extends KubernetesObject {
  spec: { template: { spec: { tolerations?: { key?: string; operator?: string; effect?: string }[] } } };
}

/** DaemonSets that tolerate every taint: their pods land on the simulated nodes. */
async function tolerantDaemonSets(cluster: Cluster): Promise<string[]> {
  const all = await cluster.list<DaemonSet>("apps/v1", "DaemonSet");
  return all
    .filter(({ spec }) =>
      spec.template.spec.tolerations?.some(
        ({ key, operator, effect }) =>
          key === undefined && operator === "Exists" && (effect ?? "NoSchedule") === "NoSchedule",
      ),
    )
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

/** Where: names of a kubeconfig are free text, so they are quoted. */
function place(cluster: Cluster): string {
  const user = cluster.config.getCurrentUser()?.name ?? "none";
  return `${cluster.server} (context ${JSON.stringify(cluster.config.getCurrentContext())}, user ${JSON.stringify(user)})`;
}

function counted(objects: readonly KubernetesObject[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of objects) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}`).join(", ");
}

async function proposal(
  cluster: Cluster,
  { stack, objects }: Intent,
  missing: readonly KubernetesObject[],
): Promise<string[]> {
  const [namespaces, nodes, tolerant] = await Promise.all([
    cluster.list("v1", "Namespace"),
    cluster.list("v1", "Node"),
    tolerantDaemonSets(cluster),
  ]);
  const own = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
  return [
    `Cluster: ${place(cluster)}; ${namespaces.length} namespaces, ${nodes.length} nodes.`,
    `To be made there, for stack ${stack} in namespace ${own.join(", ")}: ${counted([...objects, ...missing])}.`,
    ...(tolerant.length === 0
      ? []
      : [
          `DaemonSets that tolerate every taint get pods on the simulated nodes, where nothing runs: ${tolerant.join(", ")}.`,
        ]),
  ];
}

/** The kubeconfig of this one context, for KWOK and for the user. */
function writeKubeconfig(cluster: Cluster, folders: Folders): void {
  const name = cluster.config.getCurrentContext();
  const { contexts, clusters, users, ...rest } = JSON.parse(cluster.config.exportConfig()) as {
    contexts: { name: string; context: { cluster: string; user: string } }[];
    clusters: { name: string }[];
    users: { name: string }[];
  };
  const context = contexts.find((candidate) => candidate.name === name)!;
  const own = {
    ...rest,
    "current-context": name,
    contexts: [context],
    clusters: clusters.filter((cluster) => cluster.name === context.context.cluster),
    users: users.filter((user) => user.name === context.context.user),
  };
  writePrivate(kubeconfigOf(folders), JSON.stringify(own, null, 2));
}

/**
 * Prepares an existing cluster for simulated nodes. A record is written before the first change.
 *
 * @param earlier the record of an earlier `up`, if there is one
 * @throws BadInput when foreign objects would be touched, or the answer is no; nothing is changed then
 */
export async function joinCluster(
  folders: Folders,
  stack: string,
  { kubeconfig, context }: ClusterAddress,
  objectsOf: ObjectsOf,
  { earlier, ...asking }: Asking & { earlier: LocalState | undefined },
): Promise<LocalState> {
  const cluster = new Cluster(kubeconfig, context);
  try {
    if (earlier !== undefined) await checkIdentity(cluster, earlier);
    const run = earlier?.run ?? newRun();
    const intent = { stack, run, objects: objectsOf(run) };
    const problems = await objections(cluster, intent);
    if (problems.length > 0) throw new BadInput(problems);
    const definitions = await customResourceDefinitions();
    if (earlier === undefined)
      await confirm(await proposal(cluster, intent, await missingDefinitions(cluster, definitions)), asking);
    const binaries = await build(folders.bin, asking.report, ["kwok"]);
    makePrivateFolder(folders.run);
    const joined = { server: cluster.server, uid: await identityOf(cluster) };
    const state = { stack, kubeconfig, context, run, joined, load: earlier?.load ?? [] };
    writeState(folders, state);
    await installDefinitions(cluster, definitions, run);
    // KWOK takes a kubeconfig's current context, which may be another one.
    writeKubeconfig(cluster, folders);
    if (running(folders).length === 0) await startKwok(binaries, folders, kubeconfigOf(folders), run);
    asking.report(
      `Using ${cluster.server}. What scales there is that cluster's own KEDA and Prometheus, if it has them.`,
    );
    return state;
  } finally {
    cluster.close();
  }
}

/**
 * Removes what `up` put in, and ends the programs that simulate it.
 *
 * @returns what stays and why, one line each
 * @throws BadInput when it is now another cluster, or the answer is no; nothing is changed then
 */
export async function leaveCluster(folders: Folders, state: LocalState, asking: Asking): Promise<string[]> {
  const cluster = new Cluster(state.kubeconfig, state.context);
  try {
    await checkIdentity(cluster, state);
    await confirm(
      [`Cluster: ${place(cluster)}. All that was made there for stack ${state.stack} is taken out.`],
      asking,
    );
    const left = await removeRun(cluster, state.run);
    await stopAll(folders);
    return left;
  } finally {
    cluster.close();
  }
}
