/** `npm run batch -- status|fetch|cancel`. Each command returns the text to print. */
import pLimit from "p-limit";
import { error, quote } from "../../components/config/problems.js";
import type { Outcome } from "../commandLine.js";
import { BadInput, EXIT, Failure } from "../failure.js";
import { confirm } from "../local/confirm.js";
import type { ClusterOptions } from "../cluster/kubeconfig.js";
import { placeOf, type Target, withTarget } from "./batches.js";
import { fetchFile } from "./fetch.js";
import { type FileName, type FolderState, type RunFiles, withFiles } from "./files.js";
import { interruptible } from "../cluster/interrupt.js";
import { removeRun } from "./remove.js";
import { type Named, type Run, runNamed, runsOf } from "./runs.js";
import { failureText, progressLine, runsJson, runsTable, type Shown } from "./statusText.js";
import { followed, type Terminal } from "./submit.js";
import { transferReport } from "./transfer.js";
import { shownOf } from "./watch.js";

export interface StatusOptions extends ClusterOptions {
  watch: boolean;
  json: boolean;
  /** Columns of the terminal. */
  width: number;
}

/** Older runs are not shown: each costs a look at its log. */
const MOST_RUNS = 20;
const REQUESTS_AT_ONCE = 8;

/** @param name of a batch or a run. @default all */
export function status(
  folder: string,
  stack: string,
  name: string | undefined,
  options: StatusOptions,
  terminal: Terminal,
): Promise<Outcome> {
  return withTarget(folder, stack, options, async (target) => {
    const runs = chosen(target, await runsOf(target), name);
    if (options.watch) {
      const going = runs.find(({ state }) => state === "running" || state === "waiting") ?? runs[0];
      if (going === undefined) throw new BadInput([error(stack, "no run is there to watch")]);
      return { text: await followed(target, going, terminal), exitCode: EXIT.fine };
    }
    const limit = pLimit(REQUESTS_AT_ONCE);
    const shown = await Promise.all(runs.slice(0, MOST_RUNS).map((run) => limit(() => shownOf(target, run))));
    if (options.json) return { text: runsJson(shown), exitCode: EXIT.fine };
    return { text: statusText(target, shown, runs.length, options.width), exitCode: EXIT.fine };
  });
}

function chosen(target: Target, runs: readonly Run[], name: string | undefined): readonly Run[] {
  if (name === undefined) return runs;
  if (target.batches.some((batch) => batch.name === name)) return runs.filter(({ batch }) => batch.name === name);
  const { run } = runNamed(target, runs, name);
  if (run === undefined)
    throw new BadInput([error(target.stack, `run ${quote(name)} has no Job any more: its files can still be fetched`)]);
  return [run];
}

function statusText({ batches }: Target, shown: readonly Shown[], all: number, width: number): string {
  if (shown.length === 0) return `No run yet. Batches: ${batches.map(({ name }) => name).join(", ")}.`;
  const failed = shown.filter(({ run }) => run.state === "failed");
  return [
    runsTable(shown, new Date(), width),
    ...(all > shown.length ? [`and ${all - shown.length} older ones`] : []),
    ...shown.filter(({ run }) => run.state === "running").map(progressLine),
    // The newest one: of all of them it would be a wall of text.
    ...failed.slice(0, 1).map(failureText),
  ].join("\n");
}

export interface FetchOptions extends ClusterOptions {
  /** Files to write. */
  out?: string;
  errors?: string;
  report?: string;
  timeout: number;
}

export function fetchRun(
  folder: string,
  stack: string,
  text: string,
  options: FetchOptions,
  { report }: Terminal,
): Promise<Outcome> {
  const wanted = wantedFiles(options);
  return withTarget(folder, stack, options, async (target) => {
    const named = runNamed(target, await runsOf(target), text);
    return interruptible("what has come of the output is kept: call again to go on there", async (signal) => {
      const { timeout: timeoutSeconds } = options;
      const lines = await withFiles(
        target,
        named.batch,
        named.name,
        { report, signal, timeoutSeconds },
        async (files) => {
          const state = await files.state();
          requireDone(target, named, state);
          const written: string[] = [];
          for (const [name, out] of wanted) written.push(await fetchOne(files, state, name, out, report));
          return written;
        },
      );
      return { text: lines.join("\n"), exitCode: EXIT.fine };
    });
  });
}

function wantedFiles({ out, errors, report }: FetchOptions): [FileName, string][] {
  const all: [FileName, string | undefined][] = [
    ["output.jsonl", out],
    ["errors.jsonl", errors],
    ["report.json", report],
  ];
  const wanted = all.filter((pair): pair is [FileName, string] => pair[1] !== undefined);
  if (wanted.length === 0) throw new BadInput("nothing to fetch: name a file by --out, --errors or --report");
  return wanted;
}

/** @throws Failure when the output is not joined yet */
function requireDone({ stack }: Target, { name, batch, run }: Named, { run: cut, done, sizes }: FolderState): void {
  if (sizes["output.jsonl"] !== null) return;
  if (cut === null && run === undefined)
    throw new BadInput([
      error(stack, `batch ${batch.name} has no run ${quote(name)}: npm run batch -- status ${stack} shows them`),
    ]);
  const far = cut === null ? "its input is not cut yet" : `${done} of ${cut.shards} shards are done`;
  const why =
    run?.state === "running" || run?.state === "waiting"
      ? ""
      : "; it does not run: submit it again with its input to go on";
  throw new Failure(`the output of run ${name} is not ready: ${far}${why}`);
}

async function fetchOne(
  files: RunFiles,
  { report: stated, sizes }: FolderState,
  name: FileName,
  out: string,
  report: (line: string) => void,
): Promise<string> {
  // There is no errors.jsonl where every line was a request.
  const bytes = sizes[name] ?? 0;
  const expected = name === "output.jsonl" && stated !== null ? stated.output : { bytes };
  if (sizes[name] !== null || name !== "errors.jsonl")
    await fetchFile(files, name, out, expected, transferReport(report, "fetched", expected.bytes));
  else return `${out}: no file, for every line was a request`;
  return `${out}: ${name} of ${expected.bytes} bytes${"sha256" in expected ? `, sha256 ${expected.sha256}` : ""}`;
}

export function cancel(
  folder: string,
  stack: string,
  text: string,
  options: ClusterOptions & { yes: boolean },
  { report }: Terminal,
): Promise<Outcome> {
  return withTarget(folder, stack, options, async (target) => {
    const { name, batch, run } = runNamed(target, await runsOf(target), text);
    if (run === undefined || run.state === "done" || run.state === "failed") {
      const why = run === undefined ? "has no Job any more" : `has ended already (${run.state})`;
      throw new BadInput([error(stack, `run ${quote(name)} of batch ${batch.name} ${why}: nothing to cancel`)]);
    }
    const lines = [
      `Run ${name} of batch ${batch.name} in ${placeOf(target.cluster)} is ended. Answers that it has stay in its run folder.`,
    ];
    await confirm(lines, { yes: options.yes, report });
    await interruptible("its pods end all the same", (signal) => removeRun(target, run, signal));
    const again = `npm run batch -- submit ${stack} ${batch.name} --name ${name} --input <the same file>`;
    return { text: `Run ${name} is cancelled. It goes on where it stopped by ${again}`, exitCode: EXIT.fine };
  });
}
