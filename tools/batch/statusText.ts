/** Runs as a table, as progress bars and as JSON. */
import { printable } from "../../components/config/printable.js";
import { colours as pc } from "../colours.js";
import { fittingTable } from "../preview/table.js";
import { holds } from "./objects.js";
import type { Count, Progress } from "./progress.js";
import type { Run } from "./runs.js";

/** A run and how far it is. */
export interface Shown {
  run: Run;
  progress: Progress;
  /** An estimate, in US dollars. */
  costUsd?: number;
}

const BAR_WIDTH = 24;

/** Digits in groups of three. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** `45 s`, `12 min`, `3.5 h`, `2.1 d` */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 129_600 ? `${(seconds / 3600).toFixed(1)} h` : `${(seconds / 86_400).toFixed(1)} d`;
}

function of(count: Count | undefined): string {
  return count === undefined ? "" : `${grouped(count.done)}/${grouped(count.total)}`;
}

/** Seconds from its start to its end, or until now. */
function secondsOf({ job }: Run, now: Date): number | undefined {
  const { startTime, completionTime, conditions } = job.status ?? {};
  if (startTime === undefined) return undefined;
  const failed = holds(conditions, "Failed") as { lastTransitionTime?: string } | undefined;
  const end = completionTime ?? failed?.lastTransitionTime;
  return ((end === undefined ? now : new Date(end)).getTime() - new Date(startTime).getTime()) / 1000;
}

function cost(usd: number | undefined): string {
  return usd === undefined ? "" : `≤ $${usd.toFixed(2)}`;
}

export function runsTable(all: readonly Shown[], now: Date, width: number): string {
  const head = ["BATCH", "RUN", "STATE", "SHARDS", "LINES", "INTERRUPTIONS", "TIME", "COST"];
  const rows = all.map(({ run, progress, costUsd }) => {
    const seconds = secondsOf(run, now);
    return [
      run.batch.name,
      run.name,
      run.state,
      of(progress.shards),
      of(progress.requests),
      progress.interruptions === undefined ? "" : String(progress.interruptions),
      seconds === undefined ? "" : duration(seconds),
      cost(costUsd),
    ].map(printable);
  });
  return fittingTable(head, rows, { right: [3, 4, 5, 6, 7], title: 2, width });
}

/** One line: `night-1 [████░░░░] 50 % · shards 5/10 · lines 2,500/5,000 · 12.5/s · 3 min left · 1 interruption · ≤ $1.20`. */
export function progressLine({ run, progress, costUsd }: Shown): string {
  const { shards, requests, rate, secondsLeft, interruptions, pods, isQueued } = progress;
  if (requests === undefined)
    return `${run.name} ${run.state}: ${printable(progress.messages.at(-1) ?? "no line of its log yet")}`;
  const share = requests.total === 0 ? 1 : requests.done / requests.total;
  const full = Math.floor(share * BAR_WIDTH);
  const parts = [
    `${run.name} [${pc.green("█".repeat(full))}${"░".repeat(BAR_WIDTH - full)}] ${Math.floor(share * 100)} %`,
    `shards ${of(shards)}`,
    `lines ${of(requests)}`,
    ...(rate === undefined ? [] : [`${rate < 10 ? rate.toFixed(1) : grouped(rate)}/s`]),
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
    ...(isQueued ? ["waiting in the queue"] : []),
    ...(pods === undefined ? [] : [`pods ${pods}`]),
    ...(interruptions === undefined ? [] : [`interruptions ${interruptions}`]),
    ...(costUsd === undefined ? [] : [cost(costUsd)]),
  ];
  return parts.join(" · ");
}

/** Why a run has failed: the Job's condition, and what the conductor said last. */
export function failureText({ run, progress }: Shown): string {
  const failed = holds(run.job.status?.conditions, "Failed");
  const from = progress.messages.findLastIndex((line) => /^(refused|failed), /.test(line));
  const said = from < 0 ? [] : progress.messages.slice(from);
  const lines = [`run ${run.name} has failed: ${failed?.reason ?? "no reason"}: ${failed?.message ?? ""}`, ...said];
  return lines.map(printable).join("\n");
}

/** For scripts: numbers without units, times as ISO 8601. */
export function runsJson(all: readonly Shown[]): string {
  const rows = all.map(({ run, progress: { messages: _, at, ...counts }, costUsd }) => ({
    batch: run.batch.name,
    run: run.name,
    state: run.state,
    startedAt: run.job.status?.startTime ?? null,
    countedAt: at?.toISOString() ?? null,
    ...counts,
    ...(costUsd !== undefined && { costUsdAtMost: Number(costUsd.toFixed(2)) }),
  }));
  return JSON.stringify(rows, undefined, 2);
}
