/**
 * A stand-in for the Hugging Face hub on loopback: what huggingface_hub 1.31 to 2.4 asks for a model's files. Large files (LFS) are sent on
 * to a CDN by a redirect, small ones come at once, both with ranges. Headers and error codes as of huggingface_hub/utils/_http.py and
 * file_download.py, 2.4.0.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request gets in place of its answer. */
export type Fault = "500" | "429" | "cut" | undefined;

export interface HubOptions {
  /** A model's files by path. */
  files: Readonly<Record<string, Buffer>>;
  id: string;
  revision: string;
  /** Paths that git has itself; the rest is in LFS. @default files below 1 MB */
  inGit?: (path: string) => boolean;
  /** Asked at each request. @default no faults */
  fault?: (request: IncomingMessage) => Fault;
  /** Refuses those without this token, as gated models do. @default open to all */
  token?: string;
  /** The commit that the hub says it has. @default that of `revision` */
  says?: string;
  /** A file whose bytes are others than its hash says. @default none */
  spoiled?: string;
  /** What the listing says that each large file has. @default what it has */
  pretendBytes?: number;
  /** A download stops at its half until what this gives is fulfilled. @default no download stops */
  hold?: (request: IncomingMessage) => Promise<void> | undefined;
}

const LFS_BYTES = 1_000_000;

const hash = (name: string, ...data: (string | Buffer)[]): string =>
  data.reduce<ReturnType<typeof createHash>>((sum, part) => sum.update(part), createHash(name)).digest("hex");

/** Git's name of a file's content. */
const blobId = (content: Buffer): string => hash("sha1", `blob ${content.length}\0`, content);

export class Hub {
  /** Requests so far, with their range. */
  readonly requests: string[] = [];
  private readonly sha256: ReadonlyMap<string, string>;

  private constructor(
    private readonly options: HubOptions,
    private readonly server: Server,
  ) {
    this.sha256 = new Map(Object.entries(options.files).map(([path, content]) => [path, hash("sha256", content)]));
  }

  static async start(options: HubOptions): Promise<Hub> {
    const server = createServer();
    const hub = new Hub(options, server);
    server.on("request", (request, response) => hub.answer(request, response));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return hub;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? "/", this.endpoint).pathname);
    this.requests.push(`${request.method} ${path} ${request.headers.range ?? ""}`.trim());
    const fault = this.options.fault?.(request);
    if (fault === "500") return refuse(response, 500);
    if (fault === "429") return refuse(response, 429, { "Retry-After": "1" });
    const { id, revision, token } = this.options;
    const api = `/api/models/${id}/revision/`;
    const resolve = `/${id}/resolve/`;
    const cdn = "/cdn/";
    if (path.startsWith(cdn)) return this.send(request, response, path.slice(cdn.length), fault);
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      return refuse(response, 403, {
        "X-Error-Code": "GatedRepo",
        "X-Error-Message": "Access to this model is restricted",
      });
    }
    if (!path.startsWith(api) && !path.startsWith(resolve)) {
      return refuse(response, 401, { "X-Error-Code": "RepoNotFound", "X-Error-Message": "Repository not found" });
    }
    const rest = path.slice((path.startsWith(api) ? api : resolve).length);
    const [asked = ""] = rest.split("/");
    // A branch resolves, too.
    if (asked !== revision && asked !== "main") {
      return refuse(response, 404, { "X-Error-Code": "RevisionNotFound", "X-Error-Message": "Invalid rev id" });
    }
    if (path.startsWith(api)) return this.listing(response);
    this.resolve(request, response, rest.slice(asked.length + 1), fault);
  }

  private isInGit(path: string): boolean {
    const { files, inGit = (file) => files[file]!.length < LFS_BYTES } = this.options;
    return inGit(path);
  }

  private listing(response: ServerResponse): void {
    const { id, revision, files, says = revision, pretendBytes } = this.options;
    const siblings = Object.entries(files).map(([rfilename, content]) => ({
      rfilename,
      size: content.length,
      blobId: blobId(content),
      ...(!this.isInGit(rfilename) && {
        lfs: { sha256: this.sha256.get(rfilename), size: pretendBytes ?? content.length, pointerSize: 134 },
      }),
    }));
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ _id: "1", id, modelId: id, sha: says, private: false, tags: [], siblings }));
  }

  private resolve(request: IncomingMessage, response: ServerResponse, path: string, fault: Fault): void {
    const content = this.options.files[path];
    if (content === undefined) return refuse(response, 404, { "X-Error-Code": "EntryNotFound" });
    response.setHeader("X-Repo-Commit", this.options.revision);
    if (this.isInGit(path)) return this.send(request, response, path, fault);
    response.setHeader("X-Linked-Etag", `"${this.sha256.get(path)}"`);
    response.setHeader("X-Linked-Size", content.length);
    // Another host: the client follows a redirect to the same one when it asks for headers, and takes the CDN's.
    const { port } = new URL(this.endpoint);
    response.writeHead(302, { Location: `http://localhost:${port}/cdn/${encodeURI(path)}` });
    response.end();
  }

  private send(request: IncomingMessage, response: ServerResponse, path: string, fault: Fault): void {
    const { files, spoiled, hold } = this.options;
    const content = path === spoiled ? Buffer.from(files[path]!).fill(0, 10, 20) : files[path]!;
    const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
    const start = Number(from ?? 0);
    response.setHeader("ETag", `"${this.isInGit(path) ? blobId(content) : this.sha256.get(path)}"`);
    response.setHeader("Accept-Ranges", "bytes");
    if (from !== undefined)
      response.setHeader("Content-Range", `bytes ${start}-${content.length - 1}/${content.length}`);
    response.writeHead(from === undefined ? 200 : 206, { "Content-Length": content.length - start });
    if (request.method === "HEAD") return void response.end();
    const half = start + Math.ceil((content.length - start) / 2);
    const held = hold?.(request);
    if (fault === "cut") return void response.write(content.subarray(start, half), () => response.destroy());
    if (held === undefined) return void response.end(content.subarray(start));
    response.write(content.subarray(start, half));
    void held.then(() => response.end(content.subarray(half)));
  }
}

function refuse(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, headers);
  response.end();
}
