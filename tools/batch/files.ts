/**
 * Moves a run's files: by a command that is executed in a pod of the batch, over the API server. So whoever submits a run needs no
 * access to the bucket or the volume, and one way serves all kinds of places. Nothing of a file gets into a pod's log.
 */
import { createReadStream } from "node:fs";
import { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.js";
import { describe } from "../local/client.js";
import type { Batch, Target } from "./batches.js";
import { type Container, type Ended, exec, type Streams } from "./exec.js";
import type { LocalFile } from "./input.js";
import { filesCommand, filesJob } from "./manifests.js";
import type { Pod } from "./objects.js";
import { podsOf } from "./runs.js";

/** Names of a run's files that can be fetched. */
export type FileName = "output.jsonl" | "errors.jsonl" | "report.json";

/** What lies in a run folder. */
export interface FolderState {
  /** Of run.json, once the input is cut. */
  run: { sha256: string; shards: number; requests: number; bad: number } | null;
  /** Shards that are done. */
  done: number;
  report: { output: { bytes: number; sha256: string } } | null;
  /** Bytes of what is there. */
  sizes: Record<"input.jsonl" | FileName, number | null>;
}

export interface FilesOptions {
  report: (line: string) => void;
  signal: AbortSignal;
  /** How long to wait for the pod. */
  timeoutSeconds: number;
}

/** Exit code of a program whose input is wrong: components/programs/program.py. */
const REFUSED = 2;
const POLL_MS = 1000;

/** Calls `use` with a run's files, and removes the pod then. */
export async function withFiles<T>(
  target: Target,
  batch: Batch,
  run: string,
  options: FilesOptions,
  use: (files: RunFiles) => Promise<T>,
): Promise<T> {
  const job = await target.cluster.create(filesJob(batch, run));
  try {
    options.report(`Starting a pod that moves files (${describe(job)}).`);
    const pod = await runningPod(target, job.metadata.name, options);
    const container = batch.cronJob.spec.jobTemplate.spec.template.spec.containers[0]!.name;
    const address = { namespace: target.namespace, pod, container };
    return await use(new RunFiles(target, address, { output: batch.spec.output, run }, options.signal));
  } finally {
    await target.cluster.remove(job);
  }
}

async function runningPod(
  target: Target,
  job: string,
  { report, signal, timeoutSeconds }: FilesOptions,
): Promise<string> {
  const end = Date.now() + timeoutSeconds * 1000;
  let said = "";
  for (;;) {
    const [pod] = await podsOf(target, job);
    if (pod?.status?.containerStatuses?.[0]?.state?.running !== undefined) return pod.metadata.name;
    const why = waitsFor(pod);
    if (why !== said) report(`Waiting: ${why}.`);
    said = why;
    if (pod?.status?.phase === "Failed" || Date.now() > end)
      throw new Failure(
        `no pod that moves files runs after ${timeoutSeconds} s: ${why} (Job ${target.namespace}/${job})`,
      );
    await sleep(POLL_MS, undefined, { signal });
  }
}

function waitsFor(pod: Pod | undefined): string {
  if (pod === undefined) return "its Job has made no pod yet";
  const scheduled = pod.status?.conditions?.find(({ type }) => type === "PodScheduled");
  if (scheduled?.status === "False") return `no node takes it: ${scheduled.message ?? scheduled.reason ?? "not said"}`;
  const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
  const { reason = pod.status?.phase ?? "not scheduled yet", message } = waiting ?? {};
  return message === undefined ? reason : `${reason}: ${message}`;
}

export class RunFiles {
  constructor(
    private readonly target: Target,
    private readonly container: Container,
    /** What every task is told. */
    private readonly folder: object,
    private readonly signal: AbortSignal,
  ) {}

  async state(): Promise<FolderState> {
    const pieces: Buffer[] = [];
    const output = new Writable({
      write: (chunk: Buffer, _, done) => {
        pieces.push(chunk);
        done();
      },
    });
    required("reading the run folder", await this.task({ task: "state" }, { output }));
    return JSON.parse(Buffer.concat(pieces).toString()) as FolderState;
  }

  /** @param onBytes gets how many have gone */
  async upload({ file, bytes, sha256 }: LocalFile, onBytes: (bytes: number) => void): Promise<void> {
    const input = counted(createReadStream(file, { highWaterMark: 1 << 20 }), onBytes);
    required("uploading the input", await this.task({ task: "upload", bytes, sha256 }, { input }));
  }

  /** Writes the file from byte `start` on; the end may be missing if the connection broke. */
  async download(name: FileName, start: number, output: Writable): Promise<Ended> {
    const ended = await this.task({ task: "download", name, start }, { output });
    if (ended.code === REFUSED) required(`downloading ${name}`, ended);
    return ended;
  }

  private async task(task: object, streams: Streams): Promise<Ended> {
    const command = filesCommand({ ...this.folder, ...task });
    const ended = await exec(this.target.cluster, this.container, command, { ...streams, signal: this.signal });
    this.signal.throwIfAborted();
    return ended;
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, onBytes: (bytes: number) => void): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    bytes += chunk.length;
    onBytes(bytes);
  }
}

/** @throws Failure with what the program said */
function required(what: string, { code, errors }: Ended): void {
  if (code === 0) return;
  const said = errors.trim().replace(/^\S+Z (refused, a retry is useless|failed, may be retried): /m, "");
  throw new Failure(`${what}: ${said}${code === undefined ? ": call again" : ""}`);
}
