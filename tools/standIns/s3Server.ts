/** A server of S3 on loopback, which checks signatures and fails now and then: moto's, by s3_server.py. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { pythonOfPrograms } from "./python.js";

/** Variables of a process that may do anything on the server. */
export const S3_KEYS = {
  AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};

/** Those of one that the server knows and that may do nothing. */
export const S3_DENIED_KEYS = { ...S3_KEYS, AWS_ACCESS_KEY_ID: "AKIADENIEDEXAMPLE777" };

export interface S3ServerOptions {
  /** Of 100 requests, those that get SlowDown, a 500 or half an answer. @default 0 */
  faults?: number;
  /** Is given what happens at the first start. @default nobody */
  say?: (line: string) => void;
}

/** A running server. Its own methods skip signatures and faults. */
export class S3Server {
  /** Requests so far, such as `GET /weights/a.safetensors bytes=0-9`. */
  readonly requests: string[] = [];

  private constructor(
    private readonly child: ChildProcess,
    readonly endpoint: string,
  ) {}

  static async start({ faults = 0, say = () => undefined }: S3ServerOptions = {}): Promise<S3Server> {
    const python = await pythonOfPrograms(say);
    const child = spawn(python, [join(__dirname, "s3_server.py"), String(faults)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout });
    const [first] = (await once(lines, "line")) as [string];
    const server = new S3Server(child, `http://127.0.0.1:${first.split(" ")[1]}`);
    lines.on("line", (line) => server.requests.push(line.trim()));
    return server;
  }

  /** The `s3` block of a spec. */
  place(bucket: string, prefix: string): { bucket: string; prefix: string; endpoint: string } {
    return { bucket, prefix, endpoint: this.endpoint };
  }

  async makeBucket(bucket: string): Promise<void> {
    await this.ask("PUT", bucket);
  }

  async put(bucket: string, key: string, body: string | Buffer): Promise<void> {
    await this.ask("PUT", `${bucket}/${key}`, body);
  }

  async remove(bucket: string, key: string): Promise<void> {
    await this.ask("DELETE", `${bucket}/${key}`);
  }

  /** An object's bytes, `undefined` when there is none. */
  async get(bucket: string, key: string): Promise<Buffer | undefined> {
    const response = await this.ask("GET", `${bucket}/${key}`);
    return response.status === 404 ? undefined : Buffer.from(await response.arrayBuffer());
  }

  /** Keys of a bucket, sorted. */
  async keys(bucket: string, prefix = ""): Promise<string[]> {
    const keys = (await (await this.ask("GET", bucket)).json()) as string[];
    return keys.filter((key) => key.startsWith(prefix));
  }

  /** Uploads of parts that were neither finished nor given up. */
  async unfinishedUploads(bucket: string): Promise<number> {
    return Number(await (await this.ask("POST", bucket)).text());
  }

  async stop(): Promise<void> {
    this.child.kill();
    await once(this.child, "exit");
  }

  private async ask(method: string, path: string, body?: string | Buffer): Promise<Response> {
    const bytes = body === undefined ? undefined : new Uint8Array(Buffer.from(body));
    const url = `${this.endpoint}/admin/${path.split("/").map(encodeURIComponent).join("/")}`;
    const response = await fetch(url, { method, body: bytes });
    if (response.status >= 500) throw new Error(`${method} ${path}: ${await response.text()}`);
    return response;
  }
}
