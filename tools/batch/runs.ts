/** The runs of batches: their Jobs, and what the conductor's log says of them. */
import { didYouMean, error, listOr, quote } from "../../components/config/problems.js";
import { JOB_NAME_LABEL } from "../../components/vocabulary/batch.js";
import { LABELS } from "../../components/vocabulary/labels.js";
import { BadInput } from "../failure.js";
import { ApiError } from "../local/client.js";
import { type Batch, batchNamed, labelsOf, specOf, type Target } from "./batches.js";
import { FILES } from "./manifests.js";
import { holds, type Job, type Pod } from "./objects.js";
import { type Progress, progressOf } from "./progress.js";

/** As many log lines as hold an hour of progress. */
const LOG_LINES = 200;

export type RunState = "waiting" | "running" | "done" | "failed" | "ending";

/** A run that has a Job. */
export interface Run {
  /** Its folder below the batch's output. */
  name: string;
  batch: Batch;
  job: Job;
  state: RunState;
}

function stateOf({ metadata, spec, status }: Job): RunState {
  if (metadata.deletionTimestamp !== undefined) return "ending";
  if (holds(status?.conditions, "Complete")) return "done";
  if (holds(status?.conditions, "Failed")) return "failed";
  return spec.suspend === true || !status?.active ? "waiting" : "running";
}

/** Every run that has a Job, the newest first. */
export async function runsOf({ cluster, namespace, stack, batches }: Target): Promise<Run[]> {
  const jobs = await cluster.list<Job>("batch/v1", "Job", { namespace, labels: labelsOf(stack) });
  return jobs
    .flatMap((job) => {
      const batch = batches.find(({ name }) => name === job.metadata.labels?.[LABELS.instance]);
      const spec = specOf(job.spec.template);
      if (batch === undefined || spec === undefined || !isConductor(job)) return [];
      // Runs of the schedule are named after their Jobs.
      return [{ name: spec.run ?? job.metadata.name, batch, job, state: stateOf(job) }];
    })
    .sort((one, other) => madeAt(other).localeCompare(madeAt(one)));
}

function madeAt({ job }: Run): string {
  return job.metadata.creationTimestamp ?? "";
}

/** Neither the workers' Job nor one that moves files. */
function isConductor({ metadata, spec }: Job): boolean {
  return metadata.labels?.[LABELS.part] !== FILES && spec.template.metadata?.labels?.[LABELS.part] === "conductor";
}

/** Which run: `name`, or `batch/name` where several batches have one of that name. */
export interface Named {
  name: string;
  batch: Batch;
  /** Absent once its Job has gone, which its time to live decides. */
  run?: Run;
}

/**
 * The run of a name; its files may be there still when its Job has gone.
 *
 * @throws BadInput when it cannot be told which one is meant
 */
export function runNamed(target: Target, runs: readonly Run[], text: string): Named {
  const [batchName, ...rest] = text.split("/");
  const inBatch = rest.length > 0 ? batchNamed(target, batchName!) : undefined;
  const name = inBatch === undefined ? text : rest.join("/");
  const found = runs.filter((run) => run.name === name && (inBatch === undefined || run.batch === inBatch));
  if (found.length > 1) {
    const names = listOr(found.map(({ batch }) => `${batch.name}/${name}`));
    throw new BadInput([error(target.stack, `several batches have a run ${quote(name)}: use ${names}`)]);
  }
  if (found[0] !== undefined) return { name, batch: found[0].batch, run: found[0] };
  const batch = inBatch ?? (target.batches.length === 1 ? target.batches[0] : undefined);
  if (batch !== undefined) return { name, batch };
  const hint = didYouMean(
    name,
    runs.map((run) => run.name),
  );
  const instead = hint || ": where its Job has gone already, write <batch>/<run>";
  throw new BadInput([error(target.stack, `no run ${quote(name)} is there${instead}`)]);
}

/** Pods of a Job, the newest first. */
export async function podsOf({ cluster, namespace }: Target, job: string): Promise<Pod[]> {
  const pods = await cluster.list<Pod>("v1", "Pod", { namespace, labels: { [JOB_NAME_LABEL]: job } });
  const made = ({ metadata }: Pod): string => metadata.creationTimestamp ?? "";
  return pods.sort((one, other) => made(other).localeCompare(made(one)));
}

/** What the conductor's newest pod has logged; nothing while there is no log, or no more. */
export async function progressOfRun(target: Target, { job }: Run): Promise<Progress> {
  const { cluster, namespace } = target;
  const [pod] = await podsOf(target, job.metadata.name);
  if (pod === undefined) return { messages: [] };
  const { name } = pod.metadata;
  try {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?tailLines=${LOG_LINES}`;
    return progressOf((await cluster.text(path, `the log of Pod ${name}`)) ?? "");
  } catch (thrown) {
    // A container that is only starting has none, and a node that is gone keeps it.
    if (!(thrown instanceof ApiError) || [401, 403].includes(thrown.status)) throw thrown;
    return { messages: [thrown.message] };
  }
}
