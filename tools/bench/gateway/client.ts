/** A process that puts load on one way: its argument is `{way, load}`, its output a {@link Measured}, both JSON. */
import { Agent as PlainAgent, request as plainRequest } from "node:http";
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { type Load, type Measured, percentiles, STREAM, type Way } from "./load.js";

const { way, load } = JSON.parse(process.argv[2]!) as { way: Way; load: Load };
const { tls } = way;
const pool = { keepAlive: true, maxSockets: load.atOnce };
const agent =
  tls === undefined ? new PlainAgent(pool) : new Agent({ ...pool, ca: tls.authority, servername: tls.host });
const BODY = body();
const found = { first: [] as number[], each: [] as number[], failed: [] as string[], count: 0 };

function body(): string {
  const text = (content: string) =>
    JSON.stringify({ model: "model-0", stream: load.isStream, messages: [{ role: "user", content }] });
  return text("word ".repeat(Math.ceil((load.bodyBytes - text("").length) / 5)));
}

/** @param isCounted the first request of each connection is not: it opens it */
function ask(isCounted: boolean): Promise<void> {
  return new Promise((done) => {
    const began = performance.now();
    let first: number | undefined;
    const each: number[] = [];
    let text = "";
    const end = (problem?: string) => {
      if (problem !== undefined) found.failed.push(problem);
      else if (isCounted) {
        found.count += 1;
        found.first.push(first ?? NaN);
        // A loop: a call takes only so many arguments.
        for (const value of load.isStream ? each : [performance.now() - began]) found.each.push(value);
      }
      done();
    };
    const call = (tls === undefined ? plainRequest : request)(
      {
        ...{ host: way.address, port: way.port, path: "/v1/chat/completions", method: "POST", agent },
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(BODY),
          ...(tls !== undefined && { host: tls.host }),
          ...(way.key !== undefined && { authorization: `Bearer ${way.key}` }),
        },
      },
      (response) => {
        response.setEncoding("utf8");
        response.on("data", (part: string) => {
          first ??= performance.now() - began;
          const now = performance.timeOrigin + performance.now();
          for (const [, at] of part.matchAll(/"content":"([\d.]+) "/g)) each.push(now - Number(at));
          text = (text + part).slice(-300);
        });
        response.on("error", (error) => end(String(error)));
        response.on("end", () => {
          const isWhole = !load.isStream || (text.endsWith("data: [DONE]\n\n") && each.length === STREAM.tokens);
          end(response.statusCode === 200 && isWhole ? undefined : `${response.statusCode} ${each.length} ${text}`);
        });
      },
    );
    call.on("error", (error) => end(String(error)));
    call.end(BODY);
  });
}

async function worker(index: number): Promise<void> {
  // Streams begin one after the other, as clients do, not all in one millisecond.
  if (load.isStream) await sleep((index / load.atOnce) * STREAM.tokens * STREAM.gapMs);
  await ask(false);
  const until = performance.now() + load.seconds * 1000;
  while (performance.now() < until && found.failed.length < 10) await ask(true);
}

void Promise.all(Array.from({ length: load.atOnce }, (_, index) => worker(index))).then(() => {
  const { count, failed, first, each } = found;
  const measured: Measured = { count, failed, first: percentiles(first), each: percentiles(each) };
  process.stdout.write(JSON.stringify(measured));
  agent.destroy();
});
