/** A real Envoy for tests, with a bootstrap of the test's own. */
import { spawn, type ChildProcess } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { folderWith } from "./tools/folders.js";

/** A process of Envoy. */
export class Envoy {
  private constructor(
    private readonly child: ChildProcess,
    readonly folder: string,
    readonly admin: number,
  ) {}

  /** @throws Error with the end of its log when it does not come up */
  static async start(program: string, bootstrap: string, admin: number): Promise<Envoy> {
    const folder = folderWith();
    const [config, log] = [join(folder, "bootstrap.json"), join(folder, "envoy.log")];
    writeFileSync(config, bootstrap);
    const output = openSync(log, "a");
    const args = [
      "-c",
      config,
      "--concurrency",
      "1",
      "--disable-hot-restart",
      "-l",
      "warning",
      "--file-flush-interval-msec",
      "20",
    ];
    const child = spawn(program, args, { stdio: ["ignore", output, output] });
    const envoy = new Envoy(child, folder, admin);
    for (let tries = 0; tries < 200; tries += 1) {
      if (child.exitCode !== null) break;
      if (await envoy.isReady()) return envoy;
      await sleep(50);
    }
    child.kill("SIGKILL");
    throw new Error(`Envoy did not come up:\n${readFileSync(log, "utf8").slice(-3000)}`);
  }

  private async isReady(): Promise<boolean> {
    try {
      return (await fetch(`http://127.0.0.1:${this.admin}/ready`)).ok;
    } catch {
      return false;
    }
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  log(): string {
    return readFileSync(join(this.folder, "envoy.log"), "utf8");
  }

  /** A counter or gauge of the admin page. */
  async stat(name: string): Promise<number> {
    const text = await (await fetch(`http://127.0.0.1:${this.admin}/stats?filter=^${name}$`)).text();
    return Number(/: (\d+)/.exec(text)?.[1] ?? "NaN");
  }

  async stop(): Promise<void> {
    if (!this.isAlive) return;
    const ended = new Promise((done) => this.child.once("exit", done));
    this.child.kill("SIGKILL");
    await ended;
  }
}
