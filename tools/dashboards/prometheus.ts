/** A Prometheus of its own for a short while, which takes series of the past. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.js";
import { freePorts, LOOPBACK } from "../local/ports.js";
import { type Series, snappy, writeRequest } from "./remoteWrite.js";

/** A series of an answer; an instant one has one sample. Times are in seconds. */
export interface Answer {
  metric: Record<string, string>;
  samples: [time: number, value: number][];
}

/** When and how finely, in seconds. */
export interface Range {
  start: number;
  end: number;
  step: number;
}

/** Everything within a day may come in any order. */
const CONFIG = "global: {}\nstorage: { tsdb: { out_of_order_time_window: 24h } }\n";
const READY_SECONDS = 20;
/** Series of one request; Prometheus takes up to 32 MiB. */
const PART = 500;

/** A running Prometheus. */
export class OwnPrometheus {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    readonly url: string,
  ) {}

  /** @param binary path of the program @throws Failure when it does not start */
  static async start(binary: string): Promise<OwnPrometheus> {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-vllm-dashboards-"));
    writeFileSync(join(folder, "prometheus.yaml"), CONFIG);
    const [port] = await freePorts(1);
    const child = spawn(
      binary,
      [
        `--config.file=${join(folder, "prometheus.yaml")}`,
        `--storage.tsdb.path=${join(folder, "data")}`,
        `--web.listen-address=${LOOPBACK}:${port}`,
        "--web.enable-remote-write-receiver",
        "--log.level=error",
      ],
      { stdio: ["ignore", "ignore", "inherit"] },
    );
    const started = new OwnPrometheus(child, folder, `http://${LOOPBACK}:${port}`);
    for (let tries = 0; tries < READY_SECONDS * 10; tries++) {
      const ready = await fetch(`${started.url}/-/ready`).catch(() => undefined);
      if (ready?.ok === true) return started;
      if (child.exitCode !== null) break;
      await sleep(100);
    }
    await started.stop();
    throw new Failure("Prometheus did not start");
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null) {
      const ended = new Promise((done) => this.process.once("exit", done));
      this.process.kill("SIGKILL");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @throws Failure when it refuses */
  async write(series: readonly Series[]): Promise<void> {
    for (let at = 0; at < series.length; at += PART) {
      const answer = await fetch(`${this.url}/api/v1/write`, {
        method: "POST",
        headers: {
          "Content-Type": "application/x-protobuf",
          "Content-Encoding": "snappy",
          "X-Prometheus-Remote-Write-Version": "0.1.0",
        },
        body: snappy(writeRequest(series.slice(at, at + PART))),
      });
      if (!answer.ok) throw new Failure(`Prometheus does not take series: ${answer.status} ${await answer.text()}`);
    }
  }

  /** @throws Failure when the expression is wrong */
  async range(expr: string, { start, end, step }: Range): Promise<Answer[]> {
    const result = await this.call<{ result: { metric: Answer["metric"]; values: [number, string][] }[] }>(
      "query_range",
      { query: expr, start: String(start), end: String(end), step: String(step) },
      expr,
    );
    return result.result.map(({ metric, values }) => ({
      metric,
      samples: values.map(([time, value]) => [time, Number(value)]),
    }));
  }

  /** @throws Failure when the expression is wrong */
  async instant(expr: string, time: number): Promise<Answer[]> {
    const result = await this.call<{ result: { metric: Answer["metric"]; value: [number, string] }[] }>(
      "query",
      { query: expr, time: String(time) },
      expr,
    );
    return result.result.map(({ metric, value }) => ({ metric, samples: [[value[0], Number(value[1])]] }));
  }

  /** Values of a label of the series that a selector matches. */
  async labelValues(label: string, selector: string, { start, end }: Range): Promise<string[]> {
    const parameters = { "match[]": selector, start: String(start), end: String(end) };
    return this.call<string[]>(`label/${label}/values`, parameters, selector);
  }

  private async call<T>(path: string, parameters: Record<string, string>, what: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as { status: string; data: T; error?: string };
    if (answer.status !== "success") throw new Failure(`${answer.error ?? response.status}, in: ${what}`);
    return answer.data;
  }
}
