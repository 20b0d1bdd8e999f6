/** A stand-in for engines behind the door: keeps what it got, and answers as a test says. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that reached an engine. */
export interface Reached {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** How an engine answers. */
export type Answering = (response: ServerResponse, request: Reached) => void;

/** A JSON answer with usage, in the order of vLLM's fields. */
export const ANSWER = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "chat",
  choices: [
    { index: 0, message: { role: "assistant", content: 'say "usage":{"prompt_tokens":999}' }, finish_reason: "stop" },
  ],
  usage: { prompt_tokens: 11, total_tokens: 18, completion_tokens: 7, prompt_tokens_details: null },
};

export const answerJson =
  (body: object = ANSWER, status = 200): Answering =>
  (response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  };

/** An engine that listens. */
export class Engine {
  readonly reached: Reached[] = [];
  answering: Answering = answerJson();
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Engine> {
    const server = createServer();
    const engine = new Engine(server);
    server.on("request", (message, response) => {
      const parts: Buffer[] = [];
      message.on("data", (part: Buffer) => parts.push(part));
      message.on("error", () => undefined);
      message.on("end", () => {
        const { method = "", url = "", headers } = message;
        const request = { method, url, headers, body: Buffer.concat(parts).toString("latin1") };
        engine.reached.push(request);
        engine.answering(response, request);
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return engine;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What reached it last, its body as JSON. */
  last(): Record<string, unknown> {
    return JSON.parse(Buffer.from(this.reached.at(-1)!.body, "latin1").toString("utf8")) as Record<string, unknown>;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}
