/** Load on a gateway: so many requests, or so many at once until it is stopped. */
import { type Answer, type Ask, CHAT, type Client } from "./client.js";

/** A request and what became of it; times by `performance.now()`. */
export interface Sample {
  began: number;
  ended: number;
  isStream: boolean;
  /** `undefined` where the connection failed before an answer. */
  answer?: Answer;
  error?: string;
}

/** The body of a stream. */
export const STREAM = { ...CHAT, stream: true };

/** `<model>/<release>` that answered. */
export function servedBy({ headers }: Answer): string {
  return String(headers["x-served-by"]);
}

/** Whether the client got all that it asked for. */
export function isServed({ answer, isStream }: Sample): boolean {
  if (answer?.status !== 200 || !answer.whole) return false;
  return isStream ? answer.text.endsWith("data: [DONE]\n\n") && !answer.text.includes('"error"') : true;
}

/** What a request that failed looks like, for messages of tests. */
export function failureOf({ answer, error, isStream }: Sample): string {
  const kind = isStream ? "stream" : "request";
  if (answer === undefined) return `${kind}: ${error}`;
  return `${kind}: ${answer.status} ${answer.whole ? "" : "cut "}${answer.text.slice(-200)}`;
}

async function one(client: Client, ask: Ask, isStream: boolean): Promise<Sample> {
  const began = performance.now();
  try {
    const answer = await client.ask(isStream ? { ...ask, body: STREAM } : ask);
    return { began, ended: performance.now(), isStream, answer };
  } catch (thrown) {
    return { began, ended: performance.now(), isStream, error: String(thrown) };
  }
}

/** Sends so many requests, some at once. @returns how often each answered, by {@link servedBy}; `failed` are all others */
export async function shares(
  client: Client,
  ask: Ask,
  { count, atOnce }: { count: number; atOnce: number },
): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      const sample = await one(client, ask, false);
      const by = isServed(sample) ? servedBy(sample.answer!) : `failed ${failureOf(sample)}`;
      found[by] = (found[by] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return found;
}

/** Requests and streams without a pause, until it is stopped. */
export class Load {
  readonly samples: Sample[] = [];
  private isOn = true;
  private readonly workers: Promise<void>[];

  constructor(client: Client, ask: Ask, { requests, streams }: { requests: number; streams: number }) {
    const worker = async (isStream: boolean): Promise<void> => {
      while (this.isOn) this.samples.push(await one(client, ask, isStream));
    };
    this.workers = Array.from({ length: requests + streams }, (_, index) => worker(index >= requests));
  }

  /** Ends when the last answer has come. */
  async stop(): Promise<Sample[]> {
    this.isOn = false;
    await Promise.all(this.workers);
    return this.samples;
  }
}
