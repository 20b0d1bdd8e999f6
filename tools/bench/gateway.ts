/**
 * What the gateway adds to a request: the objects of a stack, as rendered, on the real Envoy Gateway and Envoy, against Envoy that only
 * proxies and against no proxy. Client and stand-in are processes of their own; all share the machine's cores.
 *
 * Target: 10 ms added at the 99th percentile at 200 streams.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "../local/build.js";
import { newAuthority, sign } from "../local/certificates.js";
import { foldersOf } from "../local/folders.js";
import { Lab, LAB_PROGRAMS } from "../local/gateway/lab.js";
import { envoyProgram } from "../local/gateway/programs.js";
import { clear } from "../local/start.js";
import { plainTable } from "../preview/table.js";
import { PORT, startAlone } from "./gateway/alone.js";
import { type Load, type Measured, STREAM, type Way } from "./gateway/load.js";
import { applyGateway, HOST, KEY } from "./gateway/rendered.js";
import { ROOT, RUNS } from "./process.js";
import { machine } from "./stacks.js";

const LOADS: Record<string, Load> = {
  "200 streams": { atOnce: 200, bodyBytes: 1000, isStream: true, seconds: 8 },
  "1 at once, 1 KB": { atOnce: 1, bodyBytes: 1000, isStream: false, seconds: 3 },
  "1 at once, 100 KB": { atOnce: 1, bodyBytes: 100_000, isStream: false, seconds: 3 },
  "10 at once, 1 KB": { atOnce: 10, bodyBytes: 1000, isStream: false, seconds: 3 },
  "10 at once, 100 KB": { atOnce: 10, bodyBytes: 100_000, isStream: false, seconds: 3 },
};

const NODE = ["--import", require.resolve("tsx")];

/** Its port. */
async function startEngine(): Promise<{ port: number; stop: () => void }> {
  const child = spawn(process.execPath, [...NODE, join(__dirname, "gateway", "engine.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { port: Number(line.toString()), stop: () => child.kill() };
}

/** @throws Error where a request fails */
function measure(way: Way, load: Load): Measured {
  const args = [...NODE, join(__dirname, "gateway", "client.ts"), JSON.stringify({ way, load })];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: ROOT });
  if (status !== 0) throw new Error(`the client failed: ${stderr}`);
  const measured = JSON.parse(stdout) as Measured;
  if (measured.failed.length > 0) throw new Error(`requests failed: ${measured.failed.slice(0, 3).join("\n")}`);
  return measured;
}

async function untilAnswered(way: Way): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      measure(way, { atOnce: 1, bodyBytes: 1000, isStream: false, seconds: 0.1 });
      return;
    } catch (thrown) {
      if (tries === 20) throw thrown;
      await sleep(500);
    }
  }
}

/** The figures of a load in each way, each the median of the runs. */
function row(name: string, runs: Record<string, Measured[]>): string[][] {
  const figures = ({ first, each }: Measured) => [first.p50, first.p99, each.p50, each.p99];
  const middle = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  return Object.entries(runs).map(([way, measured]) => [
    name,
    way,
    String(middle(measured.map(({ count }) => count))),
    ...[0, 1, 2, 3].map((index) => middle(measured.map((one) => figures(one)[index]!)).toFixed(1)),
  ]);
}

export async function benchGateway(): Promise<void> {
  const folders = foldersOf(resolve(ROOT), `bench-gateway-${process.pid}`);
  const say = (line: string) => console.error(line);
  process.once("SIGINT", () => void clear(folders).then(() => process.exit(130)));
  const engine = await startEngine();
  let lab: Lab | undefined;
  try {
    const binaries = await build(folders.bin, say, [...LAB_PROGRAMS]);
    const envoy = await envoyProgram(say);
    const before = loadavg()[0]!.toFixed(2);
    lab = await Lab.start({ binaries, folders, report: say });
    const authority = await newAuthority();
    const own = await sign(authority, HOST, [HOST]);
    const gateway = await applyGateway(lab, own, { address: lab.machine, port: engine.port });
    const proxy = await lab.proxy(gateway);
    const tls = { host: HOST, authority: authority.certificate };
    const ways: Record<string, Way> = {
      "no proxy": { address: lab.machine, port: engine.port },
      "Envoy alone": { address: await startAlone(envoy, folders, own, engine.port), port: PORT, tls },
      gateway: { address: proxy.address, port: PORT, tls, key: KEY },
    };
    for (const way of Object.values(ways)) await untilAnswered(way);
    const rows: string[][] = [];
    for (const [name, load] of Object.entries(LOADS)) {
      const runs: Record<string, Measured[]> = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
      // In turn, so that all ways meet the same other work.
      for (let run = 0; run < RUNS; run += 1)
        for (const [way, settings] of Object.entries(ways)) {
          runs[way]!.push(measure(settings, load));
          say(`${name}, ${way}: ${JSON.stringify(runs[way]!.at(-1))}; load ${loadavg()[0]!.toFixed(2)}`);
        }
      rows.push(...row(name, runs));
    }
    console.log(`${machine()}; load ${before} before; median of ${RUNS} runs; streams of ${STREAM.tokens} tokens`);
    const head = ["LOAD", "WAY", "COUNT", "FIRST P50", "FIRST P99", "EACH P50", "EACH P99"];
    console.log(plainTable(head, rows, [2, 3, 4, 5, 6]));
  } finally {
    engine.stop();
    if (lab === undefined) await clear(folders);
    else await lab.end();
  }
}
