/** A stand-in for vLLM, which answers as it is told. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { LOOPBACK } from "../../../tools/local/ports.js";

export interface Behaviour {
  model: string;
  context: number;
  key: string;
  /** Data of the events of a completion. */
  events: string[];
  /** Path to another answer. */
  answers: Record<string, { status?: number; body: string }>;
  metrics: string;
  /** Paths that are never answered. */
  silent: string[];
}

export function behaviour(model: string, context: number): Behaviour {
  return {
    model,
    context,
    key: "sk-secret",
    events: [" Paris", ", which", " is"].map((text) => JSON.stringify({ choices: [{ text }] })),
    answers: {},
    metrics: ["num_requests_running", "num_requests_waiting", "kv_cache_usage_perc"]
      .map((name) => `# TYPE vllm:${name} gauge\nvllm:${name}{engine="0",model_name="${model}"} 0.0\n`)
      .join(""),
    silent: [],
  };
}

export class Engine {
  readonly asked: { path: string; body: Record<string, unknown> }[] = [];

  private constructor(
    private readonly server: Server,
    public does: Behaviour,
  ) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => void this.answer(request, response));
  }

  static async start(does: Behaviour): Promise<Engine> {
    const server = createServer();
    server.listen(0, LOOPBACK);
    await once(server, "listening");
    return new Engine(server, does);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const path = request.url!;
    this.asked.push({ path, body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>) });
    const { answers, key, silent, model, context, metrics, events } = this.does;
    if (silent.includes(path)) return;
    const other = answers[path];
    if (other !== undefined) return void response.writeHead(other.status ?? 200).end(other.body);
    // As vLLM does: its key guards /v1 alone.
    if (path.startsWith("/v1") && request.headers.authorization !== `Bearer ${key}`) {
      return void response.writeHead(401).end(JSON.stringify({ error: "Unauthorized" }));
    }
    if (path === "/v1/models") {
      return void response.end(JSON.stringify({ object: "list", data: [{ id: model, max_model_len: context }] }));
    }
    if (path === "/metrics") return void response.end(metrics);
    if (path === "/v1/completions") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      for (const event of events) response.write(`data: ${event}\n\n`);
      return void response.end("data: [DONE]\n\n");
    }
    response.writeHead(404).end();
  }
}
