/** The parts of a start within the engine's container. */
import type { MeasuredPart, PartName } from "./parts.js";
import type { StartLog } from "./startLog.js";

/** Moments outside the log, in milliseconds since 1970. */
interface Outside {
  startedAt: number;
  readyAt?: number;
}

const LOG = "vLLM's log";

/** From the container's start until it is Ready, as far as the log goes; parts do not overlap. */
export function engineParts(log: StartLog, { startedAt, readyAt }: Outside): MeasuredPart[] {
  const { seconds, moments } = log;
  const parts: MeasuredPart[] = [];
  const add = (part: PartName, amount: number | undefined, from: string): void => {
    if (amount !== undefined && amount > 0) parts.push({ part, seconds: amount, from });
  };
  const between = (earlier: number | undefined, later: number | undefined): number | undefined =>
    earlier === undefined || later === undefined ? undefined : (later - earlier) / 1000;

  add("process", between(startedAt, moments.loadBegins), `until vLLM loads the model, ${LOG}`);
  add("download", seconds.download, LOG);
  add("weights", seconds.weights, log.fileSystem === undefined ? LOG : `${LOG}: ${log.fileSystem}`);
  add("model", less(seconds.load, [seconds.weights, seconds.download]), `the rest of the load, ${LOG}`);
  add("compile", seconds.compile, log.compiledBefore ? `${LOG}: from the compile cache` : `${LOG}: compiled anew`);
  add("warmup", seconds.warmup, LOG);
  add("graphs", seconds.graphs, LOG);
  const withPlan = log.planApplied ? ", by the stored start plan" : "";
  const { compile, warmup, graphs } = seconds;
  add("cache", less(seconds.engine, [compile, warmup, graphs]), `the rest of the engine's start, ${LOG}${withPlan}`);
  add("server", between(moments.engineReady, readyAt), `${LOG}, condition Ready`);
  return parts;
}

function less(whole: number | undefined, parts: readonly (number | undefined)[]): number | undefined {
  return whole === undefined ? undefined : parts.reduce<number>((rest, part = 0) => rest - part, whole);
}
