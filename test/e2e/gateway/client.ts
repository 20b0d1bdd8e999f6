/** A client of the gateway. */
import { Agent, request } from "node:https";
import type { IncomingHttpHeaders } from "node:http";

/** An answer, with the time of each part of its body in milliseconds from the request. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** When each part came, and its text. */
  parts: { ms: number; text: string }[];
  ms: number;
  /** Whether it came to its end: a body that was cut has not. */
  whole: boolean;
}

/** What is asked. */
export interface Ask {
  key?: string;
  path?: string;
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: object | string;
}

export const CHAT = { model: "chat", messages: [{ role: "user", content: "hello" }] };

export class Client {
  private readonly agent: Agent;

  /** @param certificate of the authority that has signed the host's */
  constructor(
    private readonly address: string,
    private readonly host: string,
    certificate: string,
    { sockets = 64, port = 10443 } = {},
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: sockets, ca: certificate, servername: host });
    this.port = port;
  }

  private readonly port: number;

  close(): void {
    this.agent.destroy();
  }

  /** @throws when the connection fails before there is an answer */
  ask({ key, path = "/v1/chat/completions", method, headers = {}, body = CHAT }: Ask = {}): Promise<Answer> {
    const sent = method === "GET" ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const began = performance.now();
    const since = () => performance.now() - began;
    return new Promise((done, failed) => {
      const call = request(
        {
          ...{ host: this.address, port: this.port, path, agent: this.agent, method: method ?? "POST" },
          headers: {
            host: this.host,
            ...(sent !== undefined && {
              "content-type": "application/json",
              "content-length": Buffer.byteLength(sent),
            }),
            ...(key !== undefined && { authorization: `Bearer ${key}` }),
            ...headers,
          },
        },
        (response) => {
          const parts: Answer["parts"] = [];
          const end = (whole: boolean) =>
            done({
              ...{ status: response.statusCode ?? 0, headers: response.headers, parts, ms: since(), whole },
              text: parts.map(({ text }) => text).join(""),
            });
          response.setEncoding("utf8");
          response.on("data", (text: string) => parts.push({ ms: since(), text }));
          response.on("end", () => end(true));
          response.on("error", () => end(false));
        },
      );
      call.on("error", failed);
      call.end(sent);
    });
  }
}

/** The error of an answer, as OpenAI's libraries read it. @throws when it has not that shape */
export function errorOf({ text }: Answer): { message: string; type: string; code: string | number | null } {
  const { error } = JSON.parse(text) as { error: { message: string; type: string; code: string } };
  if (typeof error.message !== "string" || typeof error.type !== "string")
    throw new Error(`no error of OpenAI's: ${text}`);
  return error;
}
