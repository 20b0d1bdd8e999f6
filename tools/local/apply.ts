/**
 * Applies objects in the order of Pulumi's engine: dependencies first. A Service that serves already moves only when the
 * Deployment that it depends on is rolled out.
 */
import { isDeepStrictEqual } from "node:util";
import pLimit from "p-limit";
import { BATCH_OBJECTS, CACHE_OBJECTS, RUNTIME_OBJECTS } from "../../components/vocabulary/workloads.js";
import { type Cluster, describe, type KubernetesObject, type Reference } from "./client.js";
import type { Step } from "./manifests.js";
import { marks, putOwn, removeOwn } from "./ownership.js";
import { until } from "./processes.js";
import { isFill } from "./simulation.js";

/** Requests at once: more would only queue in a small API server. */
const CONCURRENCY = 16;
const ROLLOUT_POLL_MS = 500;

/** A Deployment that was not rolled out in time. */
export interface Stuck {
  deployment: string;
  reason: string;
  /** Objects that were therefore left as they were. */
  left: string[];
}

/** Result of an apply. */
export interface Applied {
  /** Objects that are new or changed. */
  changed: string[];
  unchanged: number;
  stuck: Stuck[];
}

interface Deployment extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { generation?: number };
  spec: { replicas?: number };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    conditions?: { type: string; status: string; message?: string }[];
  };
}

/** Whether every replica has the newest template and is available. */
export function isRolledOut({ metadata, spec, status = {} }: Deployment): boolean {
  const wanted = spec.replicas ?? 1;
  return (
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
    (status.updatedReplicas ?? 0) === wanted &&
    (status.replicas ?? 0) === wanted &&
    (status.availableReplicas ?? 0) === wanted
  );
}

/** @throws LocalFailure after `seconds` */
export async function untilRolledOut(cluster: Cluster, deployment: Reference, seconds: number): Promise<void> {
  await until(
    `the rollout of ${describe(deployment)}`,
    async () => {
      const found = await cluster.get<Deployment>(deployment);
      return found !== undefined && isRolledOut(found);
    },
    { seconds, everyMs: ROLLOUT_POLL_MS },
  );
}

interface Job extends KubernetesObject {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

async function untilFilled(cluster: Cluster, fill: Reference, seconds: number): Promise<void> {
  await until(
    `the end of ${describe(fill)}`,
    async () => {
      const conditions = (await cluster.get<Job>(fill))?.status?.conditions ?? [];
      return conditions.some(({ type, status }) => type === "Complete" && status === "True");
    },
    { seconds, everyMs: ROLLOUT_POLL_MS },
  );
}

async function whyNotFilled(cluster: Cluster, fill: Reference): Promise<string> {
  const conditions = (await cluster.get<Job>(fill))?.status?.conditions ?? [];
  return conditions.find(({ type }) => type === "Failed")?.message ?? "its weights are being fetched";
}

/** Why a Deployment is not ready: what the scheduler says of its pods, or that they load. */
export async function whyNotReady(cluster: Cluster, deployment: Reference): Promise<string> {
  const found = await cluster.get<Deployment & { spec: { selector: { matchLabels: Record<string, string> } } }>(
    deployment,
  );
  if (found === undefined) return "it is not there";
  const pods = await cluster.list<Deployment>("v1", "Pod", {
    ...(deployment.metadata.namespace !== undefined && { namespace: deployment.metadata.namespace }),
    labels: found.spec.selector.matchLabels,
  });
  const conditions = pods.flatMap(({ status }) => status?.conditions ?? []);
  const unscheduled = conditions.find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (unscheduled?.message !== undefined) return unscheduled.message;
  const failed = found.status?.conditions?.find(({ type, status }) => type === "ReplicaFailure" && status === "True");
  return failed?.message ?? "its pods are loading their model";
}

/** An object without what controllers write into it. */
function asWritten({ status, metadata, ...rest }: KubernetesObject): object {
  const { resourceVersion, managedFields, ...written } = metadata;
  return { ...rest, metadata: written };
}

/** How to apply. */
export interface Applying {
  /** The run that the objects belong to. */
  run: string;
  /** How long a live Service waits for its next Deployment, in seconds. */
  rolloutSeconds: number;
}

/**
 * @throws ApiError for the first object that the API server refuses, or that exists and is not the run's; objects that do
 *   not depend on it are applied
 */
export async function applyAll(cluster: Cluster, steps: readonly Step[], applying: Applying): Promise<Applied> {
  const run = new Run(cluster, applying);
  // Dependencies come first, so that the promises that a step waits for exist.
  const outcomes = await Promise.allSettled(inOrder(steps).map((step) => run.step(step)));
  const refused = outcomes.find((outcome) => outcome.status === "rejected");
  if (refused !== undefined) throw refused.reason as Error;
  return run.result;
}

/** One apply: each object as soon as its dependencies exist. */
class Run {
  readonly result: Applied = { changed: [], unchanged: 0, stuck: [] };
  private readonly limit = pLimit(CONCURRENCY);
  /** What delays an object, if anything. */
  private readonly done = new Map<KubernetesObject, Promise<Stuck | undefined>>();
  private readonly rollouts = new Map<KubernetesObject, Promise<Stuck | undefined>>();

  constructor(
    private readonly cluster: Cluster,
    private readonly applying: Applying,
  ) {}

  step(step: Step): Promise<Stuck | undefined> {
    const outcome = this.apply(step);
    this.done.set(step.object, outcome);
    return outcome;
  }

  private async apply({ object, after, once }: Step): Promise<Stuck | undefined> {
    const before = await Promise.all(after.flatMap((other) => this.done.get(other) ?? []));
    const old = await this.limit(() => this.cluster.get(object));
    // As Pulumi waits: for fills in any case, for Deployments where something serves already.
    const awaited = after.filter((other) => isFill(other) || (old !== undefined && other.kind === "Deployment"));
    const stuck = [...before, ...(await Promise.all(awaited.map((other) => this.ready(other))))].find(
      (held) => held !== undefined,
    );
    if (stuck !== undefined) {
      stuck.left.push(describe(object));
      return stuck;
    }
    const now = await this.limit(() => putOwn(this.cluster, object, this.applying.run, old, once));
    if (old === undefined || !isDeepStrictEqual(asWritten(old), asWritten(now))) {
      this.result.changed.push(describe(object));
    } else {
      this.result.unchanged += 1;
    }
    return undefined;
  }

  private ready(workload: KubernetesObject): Promise<Stuck | undefined> {
    const known = this.rollouts.get(workload);
    if (known !== undefined) return known;
    const [until, why] = isFill(workload) ? [untilFilled, whyNotFilled] : [untilRolledOut, whyNotReady];
    const waiting = until(this.cluster, workload, this.applying.rolloutSeconds).then(
      () => undefined,
      async () => {
        const stuck = { deployment: describe(workload), reason: await why(this.cluster, workload), left: [] };
        this.result.stuck.push(stuck);
        return stuck;
      },
    );
    this.rollouts.set(workload, waiting);
    return waiting;
  }
}

/** Every step after those it depends on. */
function inOrder(steps: readonly Step[]): Step[] {
  const byObject = new Map(steps.map((step) => [step.object, step]));
  const ordered = new Set<Step>();
  const visit = (step: Step) => {
    if (ordered.has(step)) return;
    for (const object of step.after) visit(byObject.get(object)!);
    ordered.add(step);
  };
  for (const step of steps) visit(step);
  return [...ordered];
}

/** Deletes objects of an earlier version of the stack in the run's namespaces that this version does not have. */
export async function prune(cluster: Cluster, run: string, steps: readonly Step[]): Promise<string[]> {
  const current = new Set(steps.map(({ object }) => describe(object)));
  const labels = marks(run);
  const own = new Set((await cluster.list("v1", "Namespace", { labels })).map(({ metadata }) => metadata.name));
  const found = await Promise.all(
    [...BATCH_OBJECTS, ...RUNTIME_OBJECTS, ...CACHE_OBJECTS].map(({ apiVersion, kind }) =>
      cluster.list(apiVersion, kind, { labels }),
    ),
  );
  const old = found
    .flat()
    // A Service's slices and a ScaledObject's autoscaler have its labels, and go with it.
    .filter(({ metadata }) => metadata.ownerReferences === undefined && own.has(metadata.namespace ?? ""));
  const gone = old.filter((object) => !current.has(describe(object)));
  for (const object of gone) await removeOwn(cluster, object, run);
  return gone.map(describe);
}
