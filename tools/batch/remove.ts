/** Takes a run's Jobs away; its files stay. */
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.js";
import type { Target } from "./batches.js";
import type { Job } from "./objects.js";
import type { Run } from "./runs.js";

/** Longer than the pods' own time to keep what they have. */
const PATIENCE_SECONDS = 180;
const POLL_MS = 1000;

/**
 * Removes the conductor's Job and then the workers', and waits until their pods have ended: a new run of this name would find the
 * old workers otherwise. The conductor goes first, since it would make the workers' Job again.
 */
export async function removeRun(target: Target, { job, name }: Run, signal: AbortSignal): Promise<void> {
  const { uid } = job.metadata;
  const { cluster, namespace } = target;
  const left = async (): Promise<Job[]> => {
    const jobs = await cluster.list<Job>("batch/v1", "Job", { namespace });
    return jobs.filter(
      ({ metadata }) => metadata.uid === uid || metadata.ownerReferences?.some((owner) => owner.uid === uid),
    );
  };
  for (const own of [job, ...(await left()).filter(({ metadata }) => metadata.uid !== uid)])
    await cluster.remove(own, undefined, { uid: own.metadata.uid! }, "Foreground");
  const end = Date.now() + PATIENCE_SECONDS * 1000;
  for (let jobs = await left(); jobs.length > 0; jobs = await left()) {
    const names = jobs.map(({ metadata }) => metadata.name).join(", ");
    if (Date.now() > end) throw new Failure(`run ${name}: pods have not ended in ${PATIENCE_SECONDS} s (Job ${names})`);
    await sleep(POLL_MS, undefined, { signal });
  }
}
