/** The Job of a run: its pod checks and cuts the input, makes the workers' Job, watches it, and joins what they have answered. */
import type { types } from "@pulumi/kubernetes";
import { batchLabels, batchSelector, conductorName } from "../derive/batch/objects.js";
import type { BatchPlan } from "../derive/batch/plan.js";
import { conductorSpec } from "../derive/batch/spec.js";
import { TUNING } from "../derive/tuning.js";
import { JOB_NAME_LABEL, JOB_UID_LABEL } from "../vocabulary/batch.js";
import { SPEC_ENV } from "../vocabulary/paths.js";
import { ENGINE_CONTAINER } from "../vocabulary/workloads.js";
import { helperPod } from "./helperPod.js";
import type { WorkerJob } from "./workerJob.js";
import type { BatchPodContext } from "./context.js";
import { python } from "./workerPod.js";

type JobSpec = types.input.batch.v1.JobSpec;

/** Failures of the conductor before the run is given up; each goes on where the one before was. */
const RETRIES = 6;
/** Its exit code where the input or the config is wrong: programs/program.py. */
const REFUSED = 2;
/** A schedule that never comes due, since it is suspended: Kubernetes asks for one. */
const NEVER = "0 0 1 1 *";
/** How late a run may start, for example because the one before it is still going on. */
const LATEST_SECONDS = 600;

/** The document that the conductor reads, which is all that runs of one batch may differ in. */
export function conductorText(plan: BatchPlan, job: WorkerJob): string {
  return JSON.stringify(conductorSpec(plan, job));
}

/** @param spec the document that the conductor reads */
export function conductorJob(plan: BatchPlan, partOf: string, context: BatchPodContext, spec: string): JobSpec {
  const labels = { ...batchLabels(plan, partOf), ...batchSelector(plan, "conductor") };
  const { extension = {} } = context;
  const deadlineSeconds = plan.deadlineSeconds + TUNING.batch.conductorSeconds;
  return {
    backoffLimit: RETRIES,
    activeDeadlineSeconds: deadlineSeconds,
    podFailurePolicy: {
      rules: [
        { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
        { action: "FailJob", onExitCodes: { containerName: ENGINE_CONTAINER, operator: "In", values: [REFUSED] } },
      ],
    },
    podReplacementPolicy: "Failed",
    template: {
      metadata: {
        labels: { ...extension.labels, ...labels },
        ...(extension.annotations !== undefined && { annotations: extension.annotations }),
      },
      spec: helperPod(
        plan,
        { ...context, serviceAccountName: conductorName(plan) },
        {
          command: python("batch_conduct.py"),
          env: [
            { name: SPEC_ENV, value: spec },
            // The run is named after its Job, which owns the workers'.
            { name: "JOB_NAME", valueFrom: { fieldRef: { fieldPath: `metadata.labels['${JOB_NAME_LABEL}']` } } },
            { name: "JOB_UID", valueFrom: { fieldRef: { fieldPath: `metadata.labels['${JOB_UID_LABEL}']` } } },
          ],
          deadlineSeconds,
          hasToken: true,
        },
      ),
    },
  };
}

/** Runs by schedule; without one it rests, and is what submitted runs are made of. */
export function cronJobSpec(
  { schedule, timeZone, suspend, ttlSeconds }: Pick<BatchPlan, "schedule" | "timeZone" | "suspend" | "ttlSeconds">,
  job: JobSpec,
  labels: Record<string, string>,
): types.input.batch.v1.CronJobSpec {
  return {
    schedule: schedule ?? NEVER,
    ...(timeZone !== undefined && { timeZone }),
    suspend: suspend || schedule === undefined,
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: LATEST_SECONDS,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 3,
    jobTemplate: { metadata: { labels }, spec: { ...job, ttlSecondsAfterFinished: ttlSeconds } },
  };
}
