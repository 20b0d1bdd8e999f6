/**
 * An API server with objects in memory. What is forwarded to a port of a pod goes to a server of this machine, by the kubelet's own
 * protocol; Jobs end as a test says.
 */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { createRequire } from "node:module";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { stringify } from "yaml";
import { JOB_NAME_LABEL } from "../../../components/vocabulary/batch.js";
import { newAuthority, sign } from "../../../tools/local/certificates.js";
import type { KubernetesObject } from "../../../tools/local/client.js";
import { LOOPBACK } from "../../../tools/local/ports.js";
import { folderWith } from "../folders.js";

interface Socket {
  on(event: "message", take: (data: Buffer) => void): void;
  on(event: "close", take: () => void): void;
  send(data: Buffer): void;
  close(): void;
}

/** `ws` has no types here: it comes with the Kubernetes client. */
const { WebSocketServer } = createRequire(__filename)("ws") as {
  WebSocketServer: new (options: { noServer: true }) => {
    handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, use: (socket: Socket) => void): void;
  };
};

/** Kinds whose names in paths are not their small letters with an s. */
const PLURALS: Readonly<Record<string, string>> = {
  NetworkPolicy: "networkpolicies",
  PriorityClass: "priorityclasses",
};
const CLUSTER_SCOPED = ["Namespace", "Node", "PriorityClass", "PersistentVolume", "StorageClass"];

function pluralOf(kind: string): string {
  return PLURALS[kind] ?? `${kind.toLowerCase()}s`;
}

/** Kinds that are there though no object is. */
const ALWAYS: readonly [string, string][] = [
  ...["Pod", "Node", "Secret", "Service", "ConfigMap", "Namespace"].map((kind): [string, string] => ["v1", kind]),
  ...["Deployment", "ReplicaSet", "DaemonSet"].map((kind): [string, string] => ["apps/v1", kind]),
  ["batch/v1", "Job"],
  ["policy/v1", "PodDisruptionBudget"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["discovery.k8s.io/v1", "EndpointSlice"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
];

export class ApiServer {
  readonly objects: KubernetesObject[] = [];
  /** Refused with 403: `list Pod`, `get Secret`, `connect`. */
  readonly forbidden = new Set<string>();
  /** Never answered. */
  readonly silent = new Set<string>();
  /** What was asked, such as `list Pod`. */
  readonly calls: string[] = [];
  /** Ports of this machine, by `pod:port`; others are refused by the pod. */
  readonly ports = new Map<string, number>();
  /** How a Job ends, and the log of its pod; `undefined` for one that does not end. */
  jobEnds: ((job: KubernetesObject) => { type: "Complete" | "Failed"; log: string }) | undefined;
  private readonly logs = new Map<string, string>();
  /** Connections that are no longer the server's to close. */
  private readonly upgraded = new Set<Duplex>();
  private readonly sockets = new WebSocketServer({ noServer: true });

  private constructor(
    private readonly server: Server,
    private readonly authority: string,
  ) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => void this.answer(request, response));
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.calls.push("connect");
      this.upgraded.add(socket);
      socket.on("error", () => undefined);
      if (this.silent.has("connect")) return;
      if (this.forbidden.has("connect")) {
        socket.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (open) => this.forward(request, open));
    });
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
    this.server.close();
    this.server.closeAllConnections();
    for (const socket of this.upgraded) socket.destroy();
  }

  /** Forgets everything. */
  clear(): void {
    this.objects.length = 0;
    this.calls.length = 0;
    for (const set of [this.forbidden, this.silent, this.ports, this.logs]) set.clear();
    this.jobEnds = undefined;
  }

  /** Path of a kubeconfig of it. */
  kubeconfig(): string {
    return kubeconfigFile(`https://${LOOPBACK}:${(this.server.address() as AddressInfo).port}`, this.authority);
  }

  put<T extends KubernetesObject>(object: T): T {
    this.objects.push(object);
    return object;
  }

  find(kind: string, name: string): KubernetesObject {
    const found = this.objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }

  remove(kind: string, name: string): void {
    this.objects.splice(this.objects.indexOf(this.find(kind, name)), 1);
  }

  of(kind: string): KubernetesObject[] {
    return this.objects.filter((object) => object.kind === kind);
  }

  private kinds(): [string, string][] {
    return [...ALWAYS, ...this.objects.map(({ apiVersion, kind }): [string, string] => [apiVersion, kind])];
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { pathname, searchParams } = new URL(request.url!, "https://localhost");
    const send = (status: number, body: unknown): void =>
      void response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    if (pathname === "/version") return send(200, { major: "1" });
    const [, group, rest = ""] = /^\/(api\/v1|apis\/[^/]+\/[^/]+)(?:\/(.*))?$/.exec(pathname)!;
    const apiVersion = group!.replace(/^apis?\//, "");
    if (rest === "") {
      const kinds = new Set(this.kinds().flatMap(([version, kind]) => (version === apiVersion ? [kind] : [])));
      const resources = [...kinds].map((kind) => ({
        name: pluralOf(kind),
        kind,
        namespaced: !CLUSTER_SCOPED.includes(kind),
      }));
      return resources.length === 0 ? send(404, { message: "not found" }) : send(200, { resources });
    }
    const [, namespace, plural = "", name, sub] = /^(?:namespaces\/([^/]+)\/)?([^/]+)(?:\/([^/]+))?(?:\/(.+))?$/.exec(
      rest,
    )!;
    const kind =
      this.kinds().find(([version, kind]) => version === apiVersion && pluralOf(kind) === plural)?.[1] ?? plural;
    const verb = { GET: name === undefined ? "list" : "get", POST: "create", DELETE: "delete" }[request.method!] ?? "";
    const call = `${verb} ${kind}`;
    this.calls.push(call);
    if (this.silent.has(call)) return;
    if (this.forbidden.has(call)) {
      return send(403, { message: `${plural} is forbidden: User "test" cannot ${verb} resource "${plural}"` });
    }
    if (sub === "log") return send(200, this.logs.get(name!) ?? "");
    if (verb === "create")
      return send(201, this.created(JSON.parse(Buffer.concat(chunks).toString()) as KubernetesObject));
    const reference = (object: KubernetesObject): boolean =>
      object.kind === kind &&
      object.apiVersion === apiVersion &&
      (namespace === undefined || object.metadata.namespace === namespace);
    const found = this.objects.filter(reference);
    if (name === undefined) return send(200, { items: found.filter(selected(searchParams.get("labelSelector"))) });
    const one = found.find(({ metadata }) => metadata.name === name);
    if (one === undefined) return send(404, { message: "not found" });
    if (verb === "delete") this.objects.splice(this.objects.indexOf(one), 1);
    return send(200, one);
  }

  /** A Job that ends as told. */
  private created(object: KubernetesObject): KubernetesObject {
    this.put(object);
    const end = this.jobEnds?.(object);
    if (end === undefined) return object;
    object["status"] = { conditions: [{ type: end.type, status: "True", message: "as told" }] };
    const { name, namespace } = object.metadata;
    const pod = `${name}-pod`;
    this.logs.set(pod, end.log);
    const labels = { [JOB_NAME_LABEL]: name };
    this.put({ apiVersion: "v1", kind: "Pod", metadata: { name: pod, namespace: namespace!, labels } });
    return object;
  }

  /** As k8s.io/cri-streaming does it: the port's number first, then what comes. */
  private forward(request: IncomingMessage, socket: Socket): void {
    const { pathname, searchParams } = new URL(request.url!, "https://localhost");
    const pod = /\/pods\/([^/]+)\/portforward$/.exec(pathname)![1]!;
    const port = Number(searchParams.get("ports"));
    const number = Buffer.alloc(2);
    number.writeUInt16LE(port);
    for (const channel of [0, 1]) socket.send(Buffer.concat([Buffer.of(channel), number]));
    const target = this.ports.get(`${pod}:${port}`);
    const refuse = (): void => {
      socket.send(Buffer.concat([Buffer.of(1), Buffer.from(`error forwarding port ${port}: connection refused`)]));
      socket.close();
    };
    if (target === undefined) return refuse();
    const inner = connect(target, LOOPBACK);
    inner.on("data", (data) => socket.send(Buffer.concat([Buffer.of(0), data])));
    inner.on("close", () => socket.close());
    inner.on("error", refuse);
    socket.on("message", (data) => void (data[0] === 0 && inner.write(data.subarray(1))));
    socket.on("close", () => inner.destroy());
  }
}

/** A kubeconfig of a server, in a new folder. */
export function kubeconfigFile(server: string, authority: string): string {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [
      { name: "test", cluster: { server, "certificate-authority-data": Buffer.from(authority).toString("base64") } },
    ],
    users: [{ name: "test", user: { token: "t0ken" } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
  };
  return join(folderWith({ kubeconfig: stringify(config) }), "kubeconfig");
}

/** By equality alone, as all selectors here are. */
function selected(text: string | null): (object: KubernetesObject) => boolean {
  const terms = (text ?? "").split(",").filter((term) => term !== "");
  return ({ metadata: { labels = {} } }) =>
    terms.every((term) => {
      const [key, value] = term.split("=");
      return labels[key!] === value;
    });
}
