/** Runs prune.py in the cluster, and reads what it says. */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.js";
import { type Cluster, describe, type KubernetesObject } from "../local/client.js";

/** What prune.py prints last: programs/prune.py. */
export interface Listing {
  revisions: Revision[];
  /** Files that are not of a cache's layout. */
  others: string[];
  bytes: number;
  freedBytes: number;
}

export interface Revision {
  folder: string;
  bytes: number;
  complete: boolean;
  filledAt: string | null;
  usedAt: string | null;
  /** Why it stays; none where it would go, or has gone. */
  kept: string | null;
  removed: boolean;
}

interface Job extends KubernetesObject {
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

interface Pod extends KubernetesObject {
  metadata: KubernetesObject["metadata"] & { creationTimestamp: string };
  status?: { conditions?: { type: string; status: string; message?: string }[] };
}

/** The part of the cluster that a run needs. */
export type RunCluster = Pick<Cluster, "create" | "get" | "list" | "remove" | "text">;

const POLL_MS = 1000;
/** A node, an image and a walk over all files. */
const PATIENCE_SECONDS = 1800;
const JOB_NAME = "batch.kubernetes.io/job-name";

/** @throws Failure with what the program or the cluster says */
export async function runPrune(
  cluster: RunCluster,
  job: KubernetesObject,
  { pollMs = POLL_MS, seconds = PATIENCE_SECONDS }: { pollMs?: number; seconds?: number } = {},
): Promise<Listing> {
  const named = {
    ...job,
    metadata: { ...job.metadata, name: `${job.metadata.name}-${randomBytes(4).toString("hex")}` },
  };
  await cluster.create(named);
  try {
    const end = await ended(cluster, named, pollMs, seconds);
    const log = await logOf(cluster, named);
    if (end.type !== "Complete")
      throw new Failure(`${describe(named)} failed (${end.message ?? "no message"}): ${lastOf(log)}`);
    return listingOf(log);
  } finally {
    await cluster.remove(named);
  }
}

async function ended(
  cluster: RunCluster,
  job: KubernetesObject,
  pollMs: number,
  seconds: number,
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
    await sleep(pollMs);
  }
}

async function podsOf(cluster: RunCluster, { metadata: { name, namespace } }: KubernetesObject): Promise<Pod[]> {
  const pods = await cluster.list<Pod>("v1", "Pod", { namespace: namespace!, labels: { [JOB_NAME]: name } });
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

function lastOf(log: string): string {
  return log.trimEnd().split("\n").at(-1) || "it has left no log";
}

function listingOf(log: string): Listing {
  const last = lastOf(log);
  try {
    return JSON.parse(last) as Listing;
  } catch {
    throw new Failure(`the program said ${JSON.stringify(last)} in place of a list`);
  }
}
