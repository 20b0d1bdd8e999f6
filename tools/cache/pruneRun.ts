/** Runs prune.py in the cluster, and reads what it says. */
import { lastLine, type Patience, type RunCluster, runJob } from "../cluster/runJob.js";
import { Failure } from "../failure.js";
import type { KubernetesObject } from "../local/client.js";

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

/** A node, an image and a walk over all files. */
const PATIENCE_SECONDS = 1800;

/** @throws Failure with what the program or the cluster says */
export async function runPrune(
  cluster: RunCluster,
  job: KubernetesObject,
  { seconds = PATIENCE_SECONDS, ...patience }: Partial<Patience> = {},
): Promise<Listing> {
  return listingOf(await runJob(cluster, job, { ...patience, seconds }));
}

function listingOf(log: string): Listing {
  const last = lastLine(log);
  try {
    return JSON.parse(last) as Listing;
  } catch {
    throw new Failure(`the program said ${JSON.stringify(last)} in place of a list`);
  }
}
