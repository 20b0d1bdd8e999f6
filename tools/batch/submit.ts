/** `npm run batch -- submit`: checks a file, brings it to the batch's place, and starts a run. */
import type { Readable } from "node:stream";
import { error, problemLines, quote } from "../../components/config/problems.js";
import { EXIT, BadInput } from "../failure.js";
import type { Outcome } from "../commandLine.js";
import type { ClusterOptions } from "../cluster/kubeconfig.js";
import { type Batch, batchNamed, specOf, type Target, withTarget } from "./batches.js";
import { type FilesOptions, type FolderState, withFiles } from "./files.js";
import { type CheckedInput, readInput, requireGood, withFile } from "./input.js";
import { interruptible } from "../cluster/interrupt.js";
import { jobName, runJob, uploadedInput } from "./manifests.js";
import { removeRun } from "./remove.js";
import { type Run, runsOf } from "./runs.js";
import { grouped, progressLine } from "./statusText.js";
import { transferReport } from "./transfer.js";
import { type Screen, watchRun } from "./watch.js";

export interface SubmitOptions extends ClusterOptions {
  /** Path, or `-` for standard input. @default the input of the config */
  input?: string;
  /** @default by the time */
  name?: string;
  watch: boolean;
  /** How long to wait for the pod that moves files. */
  timeout: number;
}

/** Where a command reads and reports. */
export interface Terminal extends Screen {
  report: (line: string) => void;
  input: Readable;
}

/** `20261126-204512`: its files sort by time. */
export function timeName(now: Date): string {
  return now.toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
}

export function submit(
  folder: string,
  stack: string,
  batchName: string,
  options: SubmitOptions,
  terminal: Terminal,
): Promise<Outcome> {
  return withTarget(folder, stack, options, async (target) => {
    const batch = batchNamed(target, batchName);
    const name = options.name ?? timeName(new Date());
    jobName(batch, name);
    const text = await interruptible("nothing was submitted", (signal) =>
      options.input === undefined
        ? submitOwn(target, batch, name, signal)
        : withFile(options.input, terminal.input, signal, (file) =>
            submitFile(target, { batch, name, file }, options, terminal, signal),
          ),
    );
    if (!options.watch) return { text, exitCode: EXIT.fine };
    terminal.report(text);
    return { text: await followed(target, { name, batch }, terminal), exitCode: EXIT.fine };
  });
}

/** Follows a run to its end. */
export async function followed(target: Target, run: Pick<Run, "name" | "batch">, screen: Screen): Promise<string> {
  const { stack } = target;
  const command = `npm run batch -- status ${stack} ${run.name} --watch`;
  const shown = await interruptible(`the run goes on in the cluster; look again by ${command}`, (signal) =>
    watchRun(target, run, screen, signal),
  );
  const fetch = `npm run batch -- fetch ${stack} ${run.name} --out ${run.name}.jsonl`;
  return `${progressLine(shown)}\nDone. Fetch the answers by ${fetch}`;
}

/** A run of the input that the config names. */
async function submitOwn(target: Target, batch: Batch, name: string, signal: AbortSignal): Promise<string> {
  if (batch.spec.input === undefined) {
    const message = `batch ${batch.name} has no input in its config: name a file by --input`;
    throw new BadInput([error("--input", message)]);
  }
  const before = await runOf(target, batch, name);
  if (before !== undefined && isGoingOn(before)) return `Run ${name} is going on already.`;
  await start(target, batch, name, undefined, before, signal);
  return `Run ${name} of batch ${batch.name} is submitted, with the input of its config.\n${next(target, name)}`;
}

async function submitFile(
  target: Target,
  { batch, name, file }: { batch: Batch; name: string; file: string },
  { input: given = "-", timeout }: SubmitOptions,
  { report }: Terminal,
  signal: AbortSignal,
): Promise<string> {
  const shownName = given === "-" ? "standard input" : given;
  report(`Checking ${shownName}.`);
  const input = await readInput(file, shownName, batch.spec, signal);
  requireGood(input, shownName, batch.spec.badLines);
  for (const line of problemLines(input.problems)) report(`left out: ${line}`);
  const before = await runOf(target, batch, name);
  if (before !== undefined && isGoingOn(before)) {
    const spec = uploadedInput(batch.spec.output, name, input.sha256);
    if (sha256Of(before) === spec["sha256"]) return `Run ${name} is going on already, with this input.`;
    throw otherInput(batch, name);
  }
  const options: FilesOptions = { report, signal, timeoutSeconds: timeout };
  const state = await withFiles(target, batch, name, options, async (files) => {
    const found = await files.state();
    if (found.run !== null && found.run.sha256 !== input.sha256) throw otherInput(batch, name);
    if (found.run === null || found.sizes["input.jsonl"] === null)
      await files.upload(input, transferReport(report, "uploaded", input.bytes));
    return found;
  });
  if (state.sizes["output.jsonl"] !== null)
    return `Run ${name} is done already, with this input. Fetch it by npm run batch -- fetch ${target.stack} ${name} --out ${name}.jsonl`;
  signal.throwIfAborted();
  await start(target, batch, name, uploadedInput(batch.spec.output, name, input.sha256), before, signal);
  return submittedText(target, batch, name, input, state);
}

function submittedText(
  target: Target,
  batch: Batch,
  name: string,
  input: CheckedInput,
  { run, done }: FolderState,
): string {
  const lines = `${grouped(input.requests)} lines${input.bad > 0 ? `, ${grouped(input.bad)} bad ones left out` : ""}`;
  const before = run === null ? "" : `; it goes on after ${done} of ${run.shards} shards`;
  return `Run ${name} of batch ${batch.name} is submitted: ${lines}${before}.\n${next(target, name)}`;
}

function next({ stack }: Target, name: string): string {
  return `Follow it by npm run batch -- status ${stack} ${name} --watch`;
}

function otherInput({ name: batch }: Batch, name: string): BadInput {
  const message = `run ${quote(name)} of batch ${batch} has another input: choose another name, or give it the file that it has begun with`;
  return new BadInput([error("--name", message)]);
}

async function runOf(target: Target, batch: Batch, name: string): Promise<Run | undefined> {
  return (await runsOf(target)).find((run) => run.name === name && run.batch === batch);
}

function isGoingOn({ state }: Run): boolean {
  return state === "running" || state === "waiting";
}

function sha256Of({ job }: Run): unknown {
  return specOf(job.spec.template)?.input?.["sha256"];
}

/** Makes the run's Job, in the place of one that has ended. */
async function start(
  target: Target,
  batch: Batch,
  name: string,
  input: Record<string, unknown> | undefined,
  before: Run | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (before !== undefined) await removeRun(target, before, signal);
  await target.cluster.create(runJob(batch, name, input));
}
