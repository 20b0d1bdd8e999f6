/** What the log of a vLLM container says of its start. */
import {
  COMPILED_AGAIN,
  COMPILED_BEFORE,
  ENGINE_COMPILATION,
  type Figure,
  FIGURES,
  FILE_SYSTEM,
  type Moment,
  MOMENTS,
  PLAN_APPLIED,
  WRITER,
} from "./logLines.js";

export interface StartLog {
  /** Seconds, of the slowest process. */
  seconds: Partial<Record<Figure, number>>;
  /** The first time of each, in milliseconds since 1970. */
  moments: Partial<Record<Moment, number>>;
  compiledBefore: boolean;
  planApplied: boolean;
  /** Why code that was kept could not be used. */
  compiledAgain?: string;
  /** Type and size of what weights are read from: `NFS4, 15.26 GiB`. */
  fileSystem?: string;
}

/** Lines of several models of a process (a draft, an encoder) add up; of processes that work at once, the slowest counts. */
class Figures {
  private readonly byWriter = new Map<Figure, Map<string, number>>();

  add(figure: Figure, writer: string, seconds: number): void {
    const writers = this.byWriter.get(figure) ?? new Map<string, number>();
    writers.set(writer, (writers.get(writer) ?? 0) + seconds);
    this.byWriter.set(figure, writers);
  }

  get slowest(): StartLog["seconds"] {
    return Object.fromEntries([...this.byWriter].map(([figure, writers]) => [figure, Math.max(...writers.values())]));
  }
}

/**
 * Reads a log with the kubelet's timestamps (`timestamps=true`), of one start of a container.
 *
 * @param text as much of it as there is; a line of another form is passed over
 */
export function readStartLog(text: string): StartLog {
  const figures = new Figures();
  const log: StartLog = { seconds: {}, moments: {}, compiledBefore: false, planApplied: false };
  let ofEngine: number | undefined;
  for (const stamped of text.split("\n")) {
    const space = stamped.indexOf(" ");
    const at = Date.parse(stamped.slice(0, space));
    if (space < 0 || Number.isNaN(at)) continue;
    const { line, writer } = recordOf(stamped.slice(space + 1));
    for (const [figure, pattern] of Object.entries(FIGURES) as [Figure, RegExp][]) {
      const seconds = pattern.exec(line)?.[1];
      if (seconds !== undefined) figures.add(figure, writer, Number(seconds));
    }
    for (const [moment, pattern] of Object.entries(MOMENTS) as [Moment, RegExp][])
      if (log.moments[moment] === undefined && pattern.test(line)) log.moments[moment] = at;
    ofEngine ??= numberIn(ENGINE_COMPILATION, line);
    log.compiledBefore ||= COMPILED_BEFORE.test(line);
    log.planApplied ||= PLAN_APPLIED.test(line);
    const again = COMPILED_AGAIN.exec(line)?.[1];
    if (again !== undefined) log.compiledAgain ??= again;
    const [, type, size] = FILE_SYSTEM.exec(line) ?? [];
    if (type !== undefined) log.fileSystem ??= `${type}, ${size}`;
  }
  log.seconds = { ...(ofEngine !== undefined && { compile: ofEngine }), ...figures.slowest };
  return log;
}

/** A line's message and who wrote it: vLLM's text, or one record as JSON where `vllm:observability.logs` says so. */
function recordOf(line: string): { line: string; writer: string } {
  const record = line.startsWith("{") ? jsonOf(line) : undefined;
  if (typeof record?.["message"] !== "string") return { line, writer: WRITER.exec(line)![1]! };
  return { line: record["message"], writer: String(record["pid"]) };
}

function jsonOf(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function numberIn(pattern: RegExp, line: string): number | undefined {
  const text = pattern.exec(line)?.[1];
  return text === undefined ? undefined : Number(text);
}
