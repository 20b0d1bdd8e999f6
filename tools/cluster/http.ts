/** HTTP to a server that may not be trusted: in a pod, by a forwarded port, or by its URL. Nothing waits for ever. */
import { type ClientRequest, type IncomingMessage, request as plainRequest, type RequestOptions } from "node:http";
import { request as secureRequest } from "node:https";
import { Failure } from "../failure.js";
import type { Cluster } from "../local/client.js";
import { type PodPort, portForward } from "./portForward.js";

/** What is asked. */
export interface Asking {
  /** @default GET */
  method?: "GET" | "POST";
  /** With its query. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Is given the text as it comes. */
  onText?: (text: string) => void;
}

/** What is answered. */
export interface Answer {
  status: number;
  text: string;
}

/** A server: asks it once. @throws Failure where it cannot be reached, or says too much or nothing in time */
export type Server = (asking: Asking) => Promise<Answer>;

/** Of an answer: `/metrics` of a server and the rules of 300 models have less. */
const MOST_BYTES = 64 << 20;

/** The server at a port of a pod. @param seconds for the whole of a request */
export function podServer(cluster: Cluster, port: PodPort, seconds: number): Server {
  return async (asking) => {
    const signal = AbortSignal.timeout(seconds * 1000);
    const late = `Pod ${port.pod} has not answered ${pathOf(asking)} in ${seconds} s`;
    const opening = portForward(cluster, port);
    const stream = await inTime(opening, signal, late).catch((thrown: unknown) => {
      // One that opens after all is of no use.
      opening.then(
        (open) => open.destroy(),
        () => undefined,
      );
      throw thrown;
    });
    try {
      const options = { host: "localhost", createConnection: () => stream, signal };
      return await sent((use) => plainRequest(optionsOf(asking, options), use), asking, `Pod ${port.pod}`, late);
    } finally {
      stream.destroy();
    }
  };
}

/** The server of a URL, whose user and password it is given. @param seconds for the whole of a request */
export function urlServer(url: URL, headers: Readonly<Record<string, string>>, seconds: number): Server {
  return (asking) => {
    const signal = AbortSignal.timeout(seconds * 1000);
    const late = `${url.origin} has not answered ${pathOf(asking)} in ${seconds} s`;
    const { hostname, port, username, password } = url;
    const auth = username === "" ? {} : { auth: `${decodeURIComponent(username)}:${decodeURIComponent(password)}` };
    const own = { ...asking, headers: { ...headers, ...asking.headers }, path: joined(url, asking.path) };
    // Without the brackets that an IPv6 address has in a URL.
    const options = optionsOf(own, { host: hostname.replace(/^\[|\]$/g, ""), port, signal, agent: false, ...auth });
    const call = url.protocol === "https:" ? secureRequest : plainRequest;
    return sent((use) => call(options, use), asking, url.origin, late);
  };
}

function joined({ pathname }: URL, path: string): string {
  return pathname.replace(/\/$/, "") + path;
}

function pathOf({ path }: Asking): string {
  return path.replace(/\?.*$/, "");
}

function optionsOf({ method = "GET", path, headers, body }: Asking, options: RequestOptions): RequestOptions {
  const json = body === undefined ? {} : { "Content-Type": "application/json" };
  return { ...options, method, path, headers: { Connection: "close", ...json, ...headers } };
}

function sent(
  call: (use: (response: IncomingMessage) => void) => ClientRequest,
  { body, onText }: Asking,
  who: string,
  late: string,
): Promise<Answer> {
  return new Promise((done, failed) => {
    const fail = ({ name, message }: Error): void =>
      failed(
        new Failure(name === "AbortError" || name === "TimeoutError" ? late : `${who} cannot be reached: ${message}`),
      );
    const asked = call((response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
        onText?.(chunk);
        if (text.length > MOST_BYTES) response.destroy(new Error(`it says more than ${MOST_BYTES >> 20} MiB`));
      });
      response.on("error", fail);
      response.on("end", () => done({ status: response.statusCode ?? 0, text }));
    });
    asked.on("error", fail);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** @throws Failure of this text once the signal is given */
export async function inTime<T>(work: Promise<T>, signal: AbortSignal, late: string): Promise<T> {
  let stop: () => void = () => undefined;
  const over = new Promise<never>((_, failed) => {
    stop = () => failed(new Failure(late));
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
