/** The batches of a stack that a cluster has. What is deployed counts here, not what the stack's file says by now. */
import { didYouMean, error, listOr, quote } from "../../components/config/problems.js";
import { COMPONENTS, LABELS } from "../../components/vocabulary/labels.js";
import { SPEC_ENV } from "../../components/vocabulary/paths.js";
import type { StackConfig } from "../../stacks/config.js";
import { namespaceName } from "../../stacks/schema.js";
import { type ClusterOptions, kubeconfigOf } from "../cluster/kubeconfig.js";
import { BadInput } from "../failure.js";
import { loadStack } from "../loadStack.js";
import { ApiError, Cluster } from "../local/client.js";
import type { CronJob, Job, PodTemplate } from "./objects.js";

/** A place as the programs have it. */
export type Place =
  { folder: string } | { s3: { bucket: string; prefix?: string; region?: string; endpoint?: string } };

/** What a conductor is told: the keys of components/programs/batch_conduct.py, as far as they are read here. */
export interface ConductorSpec {
  run?: string;
  input?: Record<string, unknown>;
  output: Place;
  endpoint: string;
  models: string[];
  badLines: "refuse" | "report";
  workers?: { job: { metadata?: { labels?: Record<string, string> }; spec: Job["spec"] } };
}

/** A batch that is deployed. */
export interface Batch {
  name: string;
  cronJob: CronJob;
  spec: ConductorSpec;
}

/** A cluster and what it has of the stack. */
export interface Target {
  cluster: Cluster;
  stack: string;
  namespace: string;
  /** What nodes cost, beside much else. */
  config: StackConfig;
  batches: Batch[];
}

/** What the conductor of a pod template is told. */
export function specOf({ spec }: PodTemplate): ConductorSpec | undefined {
  const text = spec.containers[0]?.env?.find(({ name }) => name === SPEC_ENV)?.value;
  return text === undefined ? undefined : (JSON.parse(text) as ConductorSpec);
}

/** Labels of everything that belongs to the batches of a stack. */
export function labelsOf(stack: string, batch?: string): Record<string, string> {
  return {
    [LABELS.partOf]: stack,
    [LABELS.component]: COMPONENTS.batch,
    ...(batch !== undefined && { [LABELS.instance]: batch }),
  };
}

/** Calls `use` with the batches of a stack in the stack's cluster. */
export async function withTarget<T>(
  folder: string,
  stack: string,
  options: ClusterOptions,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const { config } = loadStack(folder, stack);
  const context = options.context ?? config.cluster.existing?.context;
  const cluster = new Cluster(kubeconfigOf(options, process.env), context);
  try {
    const namespace = namespaceName(config.namespace);
    return await use({ cluster, stack, namespace, config, batches: await batchesOf(cluster, namespace, stack) });
  } catch (thrown) {
    throw explained(thrown, cluster);
  } finally {
    cluster.close();
  }
}

async function batchesOf(cluster: Cluster, namespace: string, stack: string): Promise<Batch[]> {
  const cronJobs = await cluster.list<CronJob>("batch/v1", "CronJob", { namespace, labels: labelsOf(stack) });
  const batches = cronJobs.flatMap((cronJob) => {
    const spec = specOf(cronJob.spec.jobTemplate.spec.template);
    const name = cronJob.metadata.labels?.[LABELS.instance];
    return spec === undefined || name === undefined ? [] : [{ name, cronJob, spec }];
  });
  if (batches.length === 0) {
    const where = `${placeOf(cluster)}, namespace ${namespace}`;
    throw new BadInput(
      `stack ${stack} has no batch in ${where}: state one in vllm:batch and deploy it, or name the stack's cluster by --context`,
    );
  }
  return batches;
}

/** @throws BadInput when there is no such batch */
export function batchNamed({ batches, stack }: Pick<Target, "batches" | "stack">, name: string): Batch {
  const found = batches.find((batch) => batch.name === name);
  if (found !== undefined) return found;
  const names = batches.map((batch) => batch.name);
  const hint = didYouMean(name, names) || `: use ${listOr(names)}`;
  throw new BadInput([error(stack, `no batch ${quote(name)} is deployed${hint}`)]);
}

/** Names of a kubeconfig are free text, so they are quoted. */
export function placeOf(cluster: Cluster): string {
  return `cluster ${cluster.server} (context ${JSON.stringify(cluster.config.getCurrentContext())})`;
}

/** What a user can do about a refusal of the API server. */
function explained(thrown: unknown, cluster: Cluster): unknown {
  if (!(thrown instanceof ApiError)) return thrown;
  if (thrown.status === 401) return new BadInput(`${placeOf(cluster)} does not know you: log in again`);
  if (thrown.status !== 403) return thrown;
  return new BadInput(`${thrown.message}: docs/batch.md has the Role that this command needs`);
}
