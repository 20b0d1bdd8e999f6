/**
 * How far a run is, by its conductor's log. The conductor counts what lies in the run folder, every half a minute: a shard that is
 * done with all of its lines, one that is being worked on with the lines that its worker has kept, at most a minute ago. So one
 * request answers for any number of workers, and what a lost node had in flight is not counted.
 */

/** Where a run is. Each number is absent until the log says it. */
export interface Progress {
  shards?: Count;
  /** Lines of the input that are answered. */
  requests?: Count;
  /** Pods at work. */
  pods?: number;
  /** Starts of workers beyond the first of each shard: spot nodes that went, drains, failures. */
  interruptions?: number;
  /** Time that the workers have run, all together. */
  workerSeconds?: number;
  /** Lines a second, over the last minutes. */
  rate?: number;
  secondsLeft?: number;
  /** Kueue has not let the workers start. */
  isQueued?: true;
  /** When the last of these lines was written. */
  at?: Date;
  /** The last lines of the log, without their time, which say why it has ended. */
  messages: string[];
}

export interface Count {
  done: number;
  total: number;
}

interface LogLine {
  at: Date;
  text: string;
  values: Map<string, string>;
}

/** How the conductor's line begins then: components/programs/batch_conduct.py. */
const QUEUED = "waiting in the queue";
/** Over how long the rate is taken. */
const RATE_SECONDS = 600;
const LINE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ) (.*)$/;
/** Last lines that are kept for a message. */
const MESSAGES = 30;

function lineOf(line: string): LogLine | undefined {
  const [, time, text = ""] = LINE.exec(line) ?? [];
  if (time === undefined) return undefined;
  const values = new Map([...text.matchAll(/(?:^| )(\w+)=(\S+)/g)].map(([, key, value]) => [key!, value!]));
  return { at: new Date(time), text, values };
}

function countOf(text: string | undefined): Count | undefined {
  const [, done, total] = /^(\d+)\/(\d+)$/.exec(text ?? "") ?? [];
  return done === undefined ? undefined : { done: Number(done), total: Number(total) };
}

/** @param log lines that components/programs/program.py writes */
export function progressOf(log: string): Progress {
  const all = log.split("\n").filter((line) => line !== "");
  const steps = all.flatMap((line) => {
    const found = lineOf(line);
    const requests = countOf(found?.values.get("requests"));
    return found === undefined || requests === undefined ? [] : [{ ...found, requests }];
  });
  const messages = all.slice(-MESSAGES).map((line) => lineOf(line)?.text ?? line);
  const last = steps.at(-1);
  if (last === undefined) return { messages };
  const rate = rateOf(steps);
  const left = last.requests.total - last.requests.done;
  const shards = countOf(last.values.get("shards"));
  return {
    ...(shards !== undefined && { shards }),
    requests: last.requests,
    ...numbers(last.values),
    ...(rate !== undefined && { rate, ...(rate > 0 && { secondsLeft: left / rate }) }),
    ...(last.text.startsWith(QUEUED) && { isQueued: true as const }),
    at: last.at,
    messages,
  };
}

function numbers(values: ReadonlyMap<string, string>): Pick<Progress, "pods" | "interruptions" | "workerSeconds"> {
  const keys = ["pods", "interruptions", "workerSeconds"] as const;
  return Object.fromEntries(keys.flatMap((key) => (values.has(key) ? [[key, Number(values.get(key))]] : [])));
}

function rateOf(steps: readonly { at: Date; requests: Count }[]): number | undefined {
  const last = steps.at(-1)!;
  const first = steps.find(({ at }) => last.at.getTime() - at.getTime() <= RATE_SECONDS * 1000)!;
  const seconds = (last.at.getTime() - first.at.getTime()) / 1000;
  return seconds === 0 ? undefined : (last.requests.done - first.requests.done) / seconds;
}
