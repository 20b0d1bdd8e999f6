/**
 * An API server with objects in memory, whose pods are folders of this machine: what is executed in one is really run, with the
 * container's paths as folders. Jobs that move files get a pod at once; all else is the tests' to say.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { stringify } from "yaml";
import { JOB_NAME_LABEL } from "../../../components/vocabulary/batch.js";
import { LABELS } from "../../../components/vocabulary/labels.js";
import { PROGRAMS_PATH } from "../../../components/vocabulary/paths.js";
import { newAuthority, sign } from "../../../tools/local/certificates.js";
import { describe, type KubernetesObject } from "../../../tools/local/client.js";
import { FILES } from "../../../tools/batch/manifests.js";
import { LOOPBACK } from "../../../tools/local/ports.js";
import { folderWith, PROJECT } from "../folders.js";

interface Socket {
  on(event: "message", take: (data: Buffer) => void): void;
  on(event: "close", take: () => void): void;
  send(data: Buffer): void;
  close(): void;
  terminate(): void;
}

/** `ws` has no types here: it comes with the Kubernetes client. */
const { WebSocketServer } = createRequire(__filename)("ws") as {
  WebSocketServer: new (options: { noServer: true }) => {
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, use: (socket: Socket) => void): void;
  };
};

const KINDS: Record<string, { apiVersion: string; kind: string }> = {
  cronjobs: { apiVersion: "batch/v1", kind: "CronJob" },
  jobs: { apiVersion: "batch/v1", kind: "Job" },
  pods: { apiVersion: "v1", kind: "Pod" },
};

export class ApiServer {
  readonly objects = new Map<string, KubernetesObject>();
  /** What was asked, such as `POST jobs`. */
  readonly calls: string[] = [];
  /** Logs of pods, by name. */
  readonly logs = new Map<string, string>();
  /** What is refused with 403, such as `POST jobs`. */
  readonly forbidden = new Set<string>();
  /** After how many bytes of output, or of input, the next connections break. */
  readonly breaks: { output?: number; input?: number }[] = [];
  /** Bytes of output that went over each connection. */
  readonly sent: number[] = [];
  readonly folder = folderWith();
  private readonly sockets = new WebSocketServer({ noServer: true });
  private readonly children = new Set<ChildProcess>();
  private count = 0;

  private constructor(
    private readonly server: Server,
    private readonly authority: string,
  ) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => void this.answer(request, response));
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.sockets.handleUpgrade(request, socket, head, (open) => this.exec(request, open)),
    );
  }

  static async start(): Promise<ApiServer> {
    const authority = await newAuthority();
    const { certificate, key } = await sign(authority, "kube-apiserver");
    const server = createServer({ cert: certificate, key });
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    return new ApiServer(server, authority.certificate);
  }

  stop(): void {
    for (const child of this.children) child.kill("SIGKILL");
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Path of a kubeconfig of it. */
  kubeconfig(): string {
    const server = `https://${LOOPBACK}:${(this.server.address() as AddressInfo).port}`;
    const authority = Buffer.from(this.authority).toString("base64");
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "test",
      clusters: [{ name: "test", cluster: { server, "certificate-authority-data": authority } }],
      users: [{ name: "test", user: { token: "t0ken" } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    };
    return join(folderWith({ kubeconfig: stringify(config) }), "kubeconfig");
  }

  put(object: KubernetesObject): KubernetesObject {
    this.count += 1;
    const { metadata } = object;
    const time = new Date(Date.UTC(2026, 10, 26) + this.count * 1000).toISOString();
    const made = { ...object, metadata: { uid: `uid-${this.count}`, creationTimestamp: time, ...metadata } };
    this.objects.set(describe(made), made);
    return made;
  }

  /** A pod of a Job whose container runs. */
  putPod(job: string, namespace: string): string {
    const name = `${job}-abcde`;
    const status = { phase: "Running", containerStatuses: [{ state: { running: {} } }] };
    this.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace, labels: { [JOB_NAME_LABEL]: job } },
      status,
    });
    return name;
  }

  of(kind: string): KubernetesObject[] {
    return [...this.objects.values()].filter((object) => object.kind === kind);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { pathname, searchParams } = new URL(request.url!, "https://localhost");
    const send = (status: number, body: unknown): void =>
      void response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    if (pathname === "/api/v1" || pathname === "/apis/batch/v1") {
      const resources = Object.entries(KINDS)
        .filter(([, { apiVersion }]) => pathname.endsWith(`/${apiVersion}`))
        .map(([name, { kind }]) => ({ name, kind, namespaced: true }));
      return send(200, { resources });
    }
    const [, namespace, plural = "", name, log] = /\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?(\/log)?$/.exec(
      pathname,
    )!;
    const call = `${request.method} ${plural}`;
    this.calls.push(call);
    if (this.forbidden.has(call)) {
      const verb = new Map([
        ["GET", "list"],
        ["POST", "create"],
        ["DELETE", "delete"],
      ]).get(request.method!);
      return send(403, { message: `${plural} is forbidden: User "test" cannot ${verb} resource "${plural}"` });
    }
    if (log !== undefined) return send(this.logs.has(name!) ? 200 : 404, this.logs.get(name!) ?? {});
    const { apiVersion, kind } = KINDS[plural]!;
    if (request.method === "POST") {
      const object = this.put(JSON.parse(Buffer.concat(chunks).toString()) as KubernetesObject);
      if (object.metadata.labels?.[LABELS.part] === FILES) this.putPod(object.metadata.name, namespace!);
      return send(201, object);
    }
    if (request.method === "DELETE") {
      const key = describe({ apiVersion, kind, metadata: { name: name!, namespace: namespace! } });
      return send(this.objects.delete(key) ? 200 : 404, {});
    }
    const wanted = (searchParams.get("labelSelector") ?? "")
      .split(",")
      .filter(Boolean)
      .map((pair) => pair.split("="));
    const items = this.of(kind).filter(({ metadata }) =>
      wanted.every(([key, value]) => metadata.labels?.[key!] === value),
    );
    return send(200, { items });
  }

  private exec(request: IncomingMessage, socket: Socket): void {
    const { searchParams } = new URL(request.url!, "https://localhost");
    const [command = "", ...args] = searchParams.getAll("command").map((word) => this.local(word));
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { PATH: process.env["PATH"] } });
    this.children.add(child);
    const { output = Infinity, input = Infinity } = this.breaks.shift() ?? {};
    let [out, received] = [0, 0];
    const index = this.sent.push(0) - 1;
    const frame = (channel: number, data: Buffer): void => socket.send(Buffer.concat([Buffer.of(channel), data]));
    const stop = (): void => {
      socket.terminate();
      child.kill("SIGKILL");
    };
    child.stdout.on("data", (data: Buffer) => {
      const piece = data.subarray(0, output - out);
      out += piece.length;
      this.sent[index] = out;
      frame(1, piece);
      if (piece.length < data.length) stop();
    });
    child.stderr.on("data", (data: Buffer) => frame(2, data));
    child.stdin.on("error", () => undefined);
    socket.on("message", (data) => {
      received += data.length - 1;
      if (received > input) return child.stdin.end();
      child.stdin.write(data.subarray(1));
    });
    socket.on("close", () => child.stdin.end());
    child.on("close", (code) => {
      this.children.delete(child);
      const causes = [{ reason: "ExitCode", message: String(code) }];
      const status = code === 0 ? { status: "Success" } : { status: "Failure", details: { causes } };
      frame(3, Buffer.from(JSON.stringify(status)));
      socket.close();
    });
  }

  /** A word of a command with this machine's folders. */
  private local(word: string): string {
    mkdirSync(join(this.folder, "claims"), { recursive: true });
    return word
      .replaceAll(PROGRAMS_PATH, join(PROJECT, "components", "programs"))
      .replaceAll("/claims/", `${join(this.folder, "claims")}/`);
  }
}
