/** The JSON documents that a batch's programs are given; their keys stand at the top of components/programs/batch_*.py. */
import type { BatchInput, BatchOutput } from "../../contract/batch.js";
import { CLAIMS_PATH } from "../../vocabulary/batch.js";
import { SCRATCH_PATH } from "../../vocabulary/paths.js";
import { HTTP_PORT } from "../../vocabulary/ports.js";
import { SECRET_ENV } from "../../vocabulary/secrets.js";
import { batchArguments } from "./arguments.js";
import { type BatchPlan, hasEngine } from "./plan.js";

/** Lower than that of any request without one: vLLM handles lower numbers earlier. */
const LAST_PRIORITY = 1000;

function folderOf({ name, path }: NonNullable<BatchOutput["claim"]>): string {
  return `${CLAIMS_PATH}/${name}/${path}`;
}

/** An input as batch_split.py names it. */
export function inputSpec({ s3, claim, url }: BatchInput): object {
  if (claim !== undefined) return { file: folderOf(claim) };
  return s3 === undefined ? { url } : { s3 };
}

function outputSpec({ s3, claim }: BatchOutput): object {
  return claim === undefined ? { s3 } : { folder: folderOf(claim) };
}

/** The worker's: batch_run.py or batch_send.py. @param namespace of the models */
export function workerSpec(plan: BatchPlan, namespace: string): object {
  const { output, work, parallelism } = plan;
  const shared = { output: outputSpec(output), scratch: SCRATCH_PATH };
  if (hasEngine(work)) return { ...shared, runner: { args: batchArguments(work.release) } };
  const { model, concurrency, hasPriorities } = work.route;
  return {
    ...shared,
    route: {
      url: `http://${model}.${namespace}.svc:${HTTP_PORT}`,
      concurrency: Math.floor(concurrency / parallelism),
      keyVariable: SECRET_ENV.apiKey,
      ...(hasPriorities && { priority: LAST_PRIORITY }),
    },
  };
}

/** The conductor's: batch_conduct.py. @param job the manifest of the workers' Job, but for what a run decides */
export function conductorSpec(plan: BatchPlan, job: object): object {
  const { input, output, endpoint, servedName, badLines, shardLines, parallelism } = plan;
  return {
    ...(input !== undefined && { input: inputSpec(input) }),
    output: outputSpec(output),
    endpoint,
    models: [servedName],
    badLines,
    shardLines,
    scratch: SCRATCH_PATH,
    workers: { job, parallelism },
  };
}
