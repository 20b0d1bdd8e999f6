/** Runs a Job, reads what its pod says, and removes it, also when it fails or is interrupted. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { JOB_NAME_LABEL } from "../../components/vocabulary/batch.js";
import { Failure } from "../failure.js";
import { type Cluster, describe, type KubernetesObject } from "../local/client.js";

interface Job extends KubernetesObject {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

interface Pod extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { creationTimestamp: string };
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

/** The part of the cluster that a run needs. */
export type RunCluster = Pick<Cluster, "create" | "get" | "list" | "remove" | "text">;

export interface Patience {
  pollMs?: number;
  /** How long it may take, with its node and image. */
  seconds: number;
  /** Ends it. */
  signal?: AbortSignal;
}

const POLL_MS = 1000;

/**
 * @param job its name gets a random end
 * @returns the log of its newest pod
 * @throws Failure with what the program or the cluster says
 */
export async function runJob(
  cluster: RunCluster,
  job: KubernetesObject,
  { pollMs = POLL_MS, seconds, signal }: Patience,
): Promise<string> {
  const named = {
    ...job,
    metadata: { ...job.metadata, name: `${job.metadata.name}-${randomBytes(4).toString("hex")}` },
  };
  await cluster.create(named);
  try {
    const end = await ended(cluster, named, pollMs, seconds, signal);
    const log = await logOf(cluster, named);
    if (end.type !== "Complete")
      throw new Failure(`${describe(named)} failed (${end.message ?? "no message"}): ${lastLine(log)}`);
    return log;
  } finally {
    await cluster.remove(named);
  }
}

async function ended(
  cluster: RunCluster,
  job: KubernetesObject,
  pollMs: number,
  seconds: number,
  signal: AbortSignal | undefined,
): Promise<{ type: string; message?: string }> {
  const until = Date.now() + seconds * 1000;
  for (;;) {
    const found = await cluster.get<Job>(job);
    const end = found?.status?.conditions?.find(
      ({ type, status }) => status === "True" && (type === "Complete" || type === "Failed"),
    );
    if (end !== undefined) return end;
    if (Date.now() > until) {
      const why = (await podsOf(cluster, job)).flatMap(({ status }) => status?.conditions ?? []);
      const waiting = why.find(({ status, message }) => status === "False" && message !== undefined);
      throw new Failure(`${describe(job)} has not ended in ${seconds} s: ${waiting?.message ?? "its pod runs"}`);
    }
    await sleep(pollMs, undefined, signal === undefined ? {} : { signal });
  }
}

async function podsOf(cluster: RunCluster, { metadata: { name, namespace } }: KubernetesObject): Promise<Pod[]> {
  const pods = await cluster.list<Pod>("v1", "Pod", { namespace: namespace!, labels: { [JOB_NAME_LABEL]: name } });
  return pods.sort((one, other) => (one.metadata.creationTimestamp < other.metadata.creationTimestamp ? 1 : -1));
}

async function logOf(cluster: RunCluster, job: KubernetesObject): Promise<string> {
  const [newest] = await podsOf(cluster, job);
  if (newest === undefined) return "";
  const { namespace, name } = newest.metadata;
  return (
    (await cluster.text(`/api/v1/namespaces/${namespace}/pods/${name}/log`, `the log of ${describe(newest)}`)) ?? ""
  );
}

/** The last word of a program. */
export function lastLine(log: string): string {
  return log.trimEnd().split("\n").at(-1) || "it has left no log";
}
