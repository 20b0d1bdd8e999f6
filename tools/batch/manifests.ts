/** Objects that this command makes: the Job of a run, and the Job whose pod moves files. Both are made of the batch's CronJob. */
import { randomBytes } from "node:crypto";
import { SPEC_ENV } from "../../components/vocabulary/paths.js";
import { LABELS } from "../../components/vocabulary/labels.js";
import { PROGRAMS_PATH } from "../../components/vocabulary/paths.js";
import { error, quote } from "../../components/config/problems.js";
import { BadInput } from "../failure.js";
import type { Batch, Place } from "./batches.js";
import type { Job, PodTemplate } from "./objects.js";

/** A Job's name becomes a label of its pods: at most 63 characters. */
const NAME_LENGTH = 63;
const RUN_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Value of {@link LABELS.part} on the Job that moves files; its pod has the conductor's, as the network policies choose by it. */
export const FILES = "files";
/** Time in which a pod that moves files ends for certain; it ends long before, once nobody uses it. */
const FILES_SECONDS = 86_400;
/** What the CronJob's controller and kubectl write on Jobs that somebody has started. */
const MANUAL = { "cronjob.kubernetes.io/instantiate": "manual" };

/** Where the programs find a run's input once it is uploaded: components/programs/batch_files.py. */
export function uploadedInput(output: Place, run: string, sha256: string): Record<string, unknown> {
  const name = `${run}/input.jsonl`;
  if ("folder" in output) return { file: `${output.folder}/${name}`, sha256 };
  const { prefix, ...bucket } = output.s3;
  return { s3: { ...bucket, key: prefix ? `${prefix}/${name}` : name }, sha256 };
}

/** The name of a run's Job. @throws BadInput when it would be none */
export function jobName({ cronJob }: Pick<Batch, "cronJob">, run: string): string {
  const { name } = cronJob.metadata;
  const most = NAME_LENGTH - name.length - 1;
  if (!RUN_NAME.test(run) || run.length > most) {
    const allowed = `use up to ${most} lower-case letters, digits and dashes, first and last no dash`;
    throw new BadInput([error("--name", `${quote(run)} is no name of a run: ${allowed}`)]);
  }
  return `${name}-${run}`;
}

/** @param input what it is given; `undefined` for the one of the config */
export function runJob(batch: Batch, run: string, input: Record<string, unknown> | undefined): Job {
  const { jobTemplate } = batch.cronJob.spec;
  const spec = { ...batch.spec, run, ...(input !== undefined && { input }) };
  return {
    ...job(batch, jobName(batch, run), jobTemplate.metadata?.labels),
    spec: { ...jobTemplate.spec, template: withSpec(jobTemplate.spec.template, spec) },
  };
}

/** A pod with the places' credentials, volumes and network, and nothing to do but wait. */
export function filesJob(batch: Batch, run: string): Job {
  const { metadata, spec } = batch.cronJob.spec.jobTemplate;
  const waiting = withSpec(spec.template, { task: "hold", output: batch.spec.output, run });
  const [container, ...others] = waiting.spec.containers;
  return {
    ...job(batch, `${batch.cronJob.metadata.name}-${FILES}-${randomBytes(3).toString("hex")}`, {
      ...metadata?.labels,
      [LABELS.part]: FILES,
    }),
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: FILES_SECONDS,
      // Goes by itself, whatever becomes of this command.
      ttlSecondsAfterFinished: 60,
      template: {
        metadata: waiting.metadata ?? {},
        spec: {
          ...waiting.spec,
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 5,
          containers: [{ ...container!, command: filesCommand() }, ...others],
        },
      },
    },
  };
}

/** The program that moves files. @param spec in place of the pod's own */
export function filesCommand(spec?: object): string[] {
  const python = ["python3", `${PROGRAMS_PATH}/batch_files.py`];
  return spec === undefined ? python : ["env", `${SPEC_ENV}=${JSON.stringify(spec)}`, ...python];
}

function job(
  { cronJob }: Batch,
  name: string,
  labels: Record<string, string> = {},
): Pick<Job, "apiVersion" | "kind" | "metadata"> {
  const { metadata, apiVersion, kind } = cronJob;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels,
      annotations: { ...cronJob.spec.jobTemplate.metadata?.annotations, ...MANUAL },
      // Goes with the batch. No controller: the CronJob would count it among the runs of its schedule, and delete it as an old one.
      ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid! }],
    },
  };
}

/** The pod with another document for its program. */
function withSpec(template: PodTemplate, document: object): PodTemplate {
  const [container, ...others] = template.spec.containers;
  const env = container!.env?.map((variable) =>
    variable.name === SPEC_ENV ? { name: SPEC_ENV, value: JSON.stringify(document) } : variable,
  );
  return { ...template, spec: { ...template.spec, containers: [{ ...container!, env: env ?? [] }, ...others] } };
}
