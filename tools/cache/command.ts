/** `cache`: which revisions a stack's cache holds, and which of them nobody needs any more. */
import { pruneJobSpec } from "../../components/cache/pruneJob.js";
import { plansOf, programsName } from "../../components/cache/modelCache.js";
import { error } from "../../components/config/problems.js";
import { hasEngine } from "../../components/derive/batch/plan.js";
import type { RuntimePlan } from "../../components/derive/plan.js";
import { type HoldingCache, holdingCache } from "../../components/derive/weights/delivery.js";
import { cacheLabels, cacheName, writtenClaim } from "../../components/derive/weights/objects.js";
import { LABELS, labelValue } from "../../components/vocabulary/labels.js";
import type { StackConfig } from "../../stacks/config.js";
import { namespaceName } from "../../stacks/schema.js";
import type { Outcome } from "../commandLine.js";
import { type ClusterOptions, kubeconfigOf } from "../cluster/kubeconfig.js";
import { BadInput, EXIT, Failure } from "../failure.js";
import { loadStack } from "../loadStack.js";
import { Cluster, type KubernetesObject } from "../local/client.js";
import { runPrune } from "./pruneRun.js";
import { listingText } from "./text.js";
import { usersOf } from "./users.js";

/** Options of the command line. */
export interface CacheOptions extends ClusterOptions {
  json: boolean;
}

/** What is asked: to remove, with `apply`, or to say what would be. */
export interface Asked {
  prune: boolean;
  apply: boolean;
}

const OF_NODES =
  "Each node keeps its own folder, and removes the revisions that were used least recently once budgetGiB is reached: there is nothing to list or to remove.";

/** @throws BadInput for a stack without a cache; Failure where the cluster refuses, or nobody can tell who uses what */
export async function cacheCommand(
  folder: string,
  stack: string,
  asked: Asked,
  options: CacheOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  const { config } = loadStack(folder, stack);
  const cache = holdingCache(config.cache);
  if (cache === undefined) {
    throw new BadInput([error("vllm:cache", `stack ${stack} keeps no weights: each start downloads them`)]);
  }
  if (cache.kind === "node") return { text: OF_NODES, exitCode: EXIT.fine };
  const cluster = new Cluster(kubeconfigOf(options, env), options.context);
  try {
    return await listed(cluster, config, cache, labelValue(stack), asked, options.json);
  } finally {
    cluster.close();
  }
}

/** Releases of the stack, those of batches among them. */
function releasesOf({ models, batches }: StackConfig): RuntimePlan[] {
  return [...plansOf(models), ...batches.flatMap(({ work }) => (hasEngine(work) ? work.release : []))];
}

async function listed(
  cluster: Cluster,
  config: StackConfig,
  cache: HoldingCache,
  stack: string,
  { prune, apply }: Asked,
  json: boolean,
): Promise<Outcome> {
  const plans = releasesOf(config);
  const users = await usersOf(cluster, stack, plans);
  const image = cache.fill.image ?? plans[0]!.image;
  const job = pruneJob(config, cache, stack, { image, keep: [...users.keys()].sort(), apply });
  await requirePrograms(cluster, job);
  const listing = await runPrune(cluster, job);
  if (json) return { text: JSON.stringify(listing, null, 2), exitCode: EXIT.fine };
  const elsewhere =
    prune && cache.kind === "s3"
      ? "\nOther clusters that read this bucket were not asked: their releases name nothing here."
      : "";
  return { text: listingText(listing, users, { apply, asksForApply: !apply }) + elsewhere, exitCode: EXIT.fine };
}

function pruneJob(
  config: StackConfig,
  cache: HoldingCache,
  stack: string,
  pruning: Parameters<typeof pruneJobSpec>[0],
): KubernetesObject {
  const labels = cacheLabels(stack);
  const { spareImage: _, ...extension } = config.pod ?? {};
  const context = {
    serviceAccountName: cacheName(stack),
    programs: programsName(stack),
    claim: writtenClaim(cache),
    extension,
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `${cacheName(stack)}-list`, namespace: namespaceName(config.namespace), labels },
    spec: pruneJobSpec(pruning, cache, labels, context),
  };
}

/** The programs are those that the stack's last update has put there: another version's might answer otherwise. */
async function requirePrograms(
  cluster: Pick<Cluster, "get">,
  { metadata: { namespace, labels } }: KubernetesObject,
): Promise<void> {
  const name = programsName(labels![LABELS.partOf]!);
  const found = await cluster.get({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: namespace! } });
  if (found !== undefined) return;
  throw new Failure(
    `there is no ConfigMap ${namespace}/${name}: the stack is not deployed there, or by another version of this project; deploy it first`,
  );
}
