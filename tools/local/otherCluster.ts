/** A cluster that was there before: what it needs for simulated nodes, and how all of it goes again. */
import { mkdirSync, writeFileSync } from "node:fs";
import { GPU_RESOURCE, LABELS } from "../../components/contract/labels.js";
import { ContractError, error, type Problem } from "../../components/contract/problems.js";
import { DELETE_SECONDS, removeStack } from "./removeStack.js";
import { build, type Report } from "./build.js";
import { Cluster, type KubernetesObject } from "./client.js";
import { customResourceDefinitions, installDefinitions } from "./crds.js";
import { type Folders, kubeconfigOf } from "./folders.js";
import { startKwok } from "./kwok.js";
import { SIMULATED_NODE, simulatedNodes } from "./nodes.js";
import { until } from "./processes.js";
import { clear } from "./start.js";
import type { LocalState } from "./state.js";

/** Which cluster. */
export interface ClusterAddress {
  /** Path of a kubeconfig. */
  kubeconfig: string;
  /** Of that kubeconfig; its current one unless said. */
  context: string | undefined;
}

/** What speaks against a cluster: `down` would delete what somebody has deployed, and models would run on real GPUs. */
async function objections(cluster: Cluster, stack: string): Promise<Problem[]> {
  const namespaces = await cluster.list("v1", "Namespace", { labels: { [LABELS.partOf]: stack } });
  const nodes = await cluster.list<KubernetesObject & { status?: { capacity?: Record<string, string> } }>("v1", "Node");
  const gpuNodes = nodes.filter(
    ({ metadata, status }) =>
      metadata.annotations?.[SIMULATED_NODE.key] === undefined && Number(status?.capacity?.[GPU_RESOURCE] ?? 0) > 0,
  );
  const problem = (message: string) => [error(cluster.server, `${message}: use a cluster for tests`)];
  return [
    ...namespaces.flatMap(({ metadata }) =>
      problem(`stack ${stack} is deployed there, in namespace ${metadata.name}, and would be taken over and deleted`),
    ),
    ...(gpuNodes.length === 0
      ? []
      : problem(`models would run on its own GPU nodes (${gpuNodes.map(({ metadata }) => metadata.name).join(", ")})`)),
  ];
}

/**
 * Makes a cluster that is there ready for simulated nodes.
 *
 * @param earlier what an earlier `up` has left there, if it has
 * @throws ContractError when it is a cluster that is used otherwise
 */
export async function joinCluster(
  folders: Folders,
  stack: string,
  { kubeconfig, context }: ClusterAddress,
  earlier: LocalState | undefined,
  report: Report,
): Promise<LocalState> {
  const cluster = new Cluster(kubeconfig, context);
  try {
    const problems = earlier === undefined ? await objections(cluster, stack) : [];
    if (problems.length > 0) throw new ContractError(problems);
    const binaries = await build(folders.bin, report, ["kwok"]);
    const definitions = await customResourceDefinitions();
    await clear(folders);
    mkdirSync(folders.run, { recursive: true });
    const installed = await installDefinitions(cluster, definitions);
    // KWOK takes a kubeconfig's current context, which need not be the one that is meant.
    const own = kubeconfigOf(folders);
    writeFileSync(own, cluster.config.exportConfig(), { mode: 0o600 });
    await startKwok(binaries, folders, own);
    report(`Using ${cluster.server}. What scales there is that cluster's own KEDA and Prometheus, if it has them.`);
    return {
      stack,
      kubeconfig,
      load: earlier?.load ?? [],
      installed: [...(earlier?.installed ?? []), ...installed],
      ...(context !== undefined && { context }),
    };
  } finally {
    cluster.close();
  }
}

/** Takes out what `up` has put in. */
export async function leaveCluster(state: LocalState): Promise<void> {
  const cluster = new Cluster(state.kubeconfig, state.context);
  try {
    await removeStack(cluster, state.stack);
    for (const node of await simulatedNodes(cluster)) await cluster.remove(node);
    const definitions = (state.installed ?? []).map((name) => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name },
    }));
    for (const definition of definitions) await cluster.remove(definition);
    await until(
      "the end of the custom resources",
      async () =>
        (await Promise.all(definitions.map((definition) => cluster.get(definition)))).every(
          (left) => left === undefined,
        ),
      { seconds: DELETE_SECONDS },
    );
  } finally {
    cluster.close();
  }
}
