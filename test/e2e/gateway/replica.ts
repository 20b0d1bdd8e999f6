/** A stand-in for a replica of vLLM: streams as vLLM does, keeps what reached it, and fails as it is told. */
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A request that reached it. */
export interface Reached {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** How it answers: `busy` as with a full queue, `draining` as vLLM 0.30 and 0.32 do after SIGTERM. */
export type Behaviour = "fine" | "busy" | "draining";

const FAILURES = {
  busy: { status: 503, message: "The server is overloaded. Please retry later.", type: "ServiceUnavailableError" },
  draining: { status: 500, message: "cannot schedule new futures after shutdown", type: "InternalServerError" },
} as const;

export class Replica {
  readonly reached: Reached[] = [];
  behaviour: Behaviour = "fine";
  /** Tokens of an answer, and the time from one to the next. */
  tokens = 3;
  gapMs = 0;
  /** Streams and answers that are under way. */
  inFlight = 0;
  private listens = 0;
  private constructor(
    readonly name: string,
    private readonly server: Server,
    private readonly address: string,
  ) {}

  /** @param address of this machine that the proxy reaches */
  static async start(name: string, address: string): Promise<Replica> {
    const server = createServer();
    const replica = new Replica(name, server, address);
    server.on("request", (request, response) => void replica.take(request, response));
    server.keepAliveTimeout = 60_000;
    await new Promise<void>((done) => server.listen(0, address, done));
    server.unref();
    replica.listens = (server.address() as AddressInfo).port;
    return replica;
  }

  get port(): number {
    return this.listens;
  }

  /** Ends as a machine does that is lost: connections are cut, and nothing listens any more. */
  async lose(): Promise<void> {
    const closed = new Promise((done) => this.server.close(done));
    this.server.closeAllConnections();
    await closed;
  }

  /** Comes back at the same address; nothing where it is there. */
  async comeBack(): Promise<void> {
    if (this.server.listening) return;
    await new Promise<void>((done) => this.server.listen(this.listens, this.address, done));
    this.server.unref();
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    // Its client may go at any time.
    request.on("error", () => undefined);
    response.on("error", () => undefined);
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts).toString();
    this.reached.push({ url: request.url ?? "", headers: request.headers, body });
    if (this.behaviour !== "fine") {
      const { status, message, type } = FAILURES[this.behaviour];
      answer(response, status, { error: { message, type, param: null, code: status } });
      return;
    }
    this.inFlight += 1;
    try {
      const asked = JSON.parse(body) as {
        model: string;
        stream?: boolean;
        stream_options?: { include_usage?: boolean };
      };
      await (asked.stream === true ? this.stream(response, asked) : this.whole(response, asked.model));
    } finally {
      this.inFlight -= 1;
    }
  }

  private usage(): object {
    return { prompt_tokens: 10, total_tokens: 10 + this.tokens, completion_tokens: this.tokens };
  }

  private async whole(response: ServerResponse, model: string): Promise<void> {
    if (this.gapMs > 0) await sleep(this.tokens * this.gapMs);
    const message = { role: "assistant", content: `${this.name} `.repeat(this.tokens) };
    answer(response, 200, {
      ...{ id: "chatcmpl-1", object: "chat.completion", created: 1, model },
      choices: [{ index: 0, message, finish_reason: "stop" }],
      usage: this.usage(),
    });
  }

  private async stream(
    response: ServerResponse,
    { model, stream_options: options }: { model: string; stream_options?: { include_usage?: boolean } },
  ): Promise<void> {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    const chunk = (rest: object) =>
      `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model, ...rest })}\n\n`;
    for (let token = 0; token < this.tokens && !response.destroyed; token += 1) {
      if (token > 0 && this.gapMs > 0) await sleep(this.gapMs);
      response.write(chunk({ choices: [{ index: 0, delta: { content: `${token} ` }, finish_reason: null }] }));
    }
    if (options?.include_usage === true) response.write(chunk({ choices: [], usage: this.usage() }));
    response.end("data: [DONE]\n\n");
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
