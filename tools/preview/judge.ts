/** Collects a stack's resources and judges them: a large stack in batches, by two threads. */
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { rules } from "../../policies/rules/index.js";
import type { StackConfig } from "../../stacks/config.js";
import { mergeBatches } from "../collect/batches.js";
import type { CollectedResource } from "../collect/resource.js";
import type { LoadedStack } from "../loadStack.js";
import { judgeAll, type PolicyConfig, type Violation } from "../policyRunner.js";
import type { Job, Judged, JudgedBatch, takeBatches } from "./batch.js";
import { policyInput } from "./policyInput.js";

/** From this many models on, a second thread is faster: it has to load and compile everything again. */
const WORKER_MODELS = 200;

export interface JudgedStack {
  resources: CollectedResource[];
  violations: Violation[];
}

/** Whether a second thread pays. */
function worthAWorker({ models }: StackConfig): boolean {
  return models.length >= WORKER_MODELS && availableParallelism() > 1;
}

/**
 * Collects and judges a stack.
 *
 * @param withWorker whether a second thread takes a share
 * @throws PolicyRuleError when a rule throws
 */
export async function judgeStack(
  { file, config }: Pick<LoadedStack, "file" | "config">,
  levels: PolicyConfig,
  withWorker = worthAWorker(config),
): Promise<JudgedStack> {
  const values = { stack: file.stack, engineConfig: file.engineConfig, engineSecretKeys: file.engineSecretKeys };
  const newJob = (): Job => ({ values, config, levels, next: new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT) });
  const batches = (withWorker ? await judgeWithWorker(newJob()) : undefined) ?? (await judgeAlone(newJob()));
  const judged = mergeBatches(batches, ({ resource }) => resource);
  const resources = judged.map(({ resource }) => resource);
  const all = judged.map(({ resource, findings }) => ({ resource: policyInput(resource), findings }));
  return { resources, violations: await judgeAll(all, rules, levels) };
}

/** Pulumi's SDK takes a second to load: a worker is started before, and loads it at the same time. */
function batchTaker(): typeof takeBatches {
  return (createRequire(__filename)("./batch.js") as { takeBatches: typeof takeBatches }).takeBatches;
}

async function judgeAlone(job: Job): Promise<Judged[][]> {
  const take = batchTaker();
  const batches: Judged[][] = [];
  await take(job, ({ judged }) => batches.push(judged));
  return batches;
}

/** `undefined` if the worker failed: this thread reports the error better. */
async function judgeWithWorker(job: Job): Promise<Judged[][] | undefined> {
  const batches: Judged[][] = [];
  const keep = ({ index, judged }: JudgedBatch) => void (batches[index] = judged);
  // Without the loader of ES modules that the command line has: it takes a thread of its own.
  const worker = new Worker(join(__dirname, "worker.ts"), {
    workerData: job,
    execArgv: ["--require", require.resolve("tsx/cjs")],
  });
  worker.on("message", keep);
  const ended = new Promise<boolean>((resolve) => {
    worker.once("error", () => resolve(false));
    worker.once("exit", (code) => resolve(code === 0));
  });
  try {
    const take = batchTaker();
    await take(job, keep);
    return (await ended) ? batches : undefined;
  } finally {
    await worker.terminate();
  }
}
