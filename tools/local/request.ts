/** A request to an API server, repeated while the server asks to retry. */
import { request, type RequestOptions } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../failure.js";

const REQUEST_TIMEOUT_MS = 60_000;
const BUSY_ATTEMPTS = 10;

/** What the server answers. */
export interface Answer {
  status: number;
  text: string;
  /** Seconds after which to ask again, where the server says so. */
  retryAfter?: number;
  warnings: string[];
}

/** Retries while the server is busy, for example with the storage of a new kind. */
export async function sendPatiently(url: URL, options: RequestOptions, body: string | undefined): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(url, options, body);
    const again = answer.status === 429 && options.method !== "POST" && attempt < BUSY_ATTEMPTS;
    if (!again || answer.retryAfter === undefined) return answer;
    await sleep(answer.retryAfter * 1000);
  }
}

function send(url: URL, options: RequestOptions, body: string | undefined): Promise<Answer> {
  return new Promise((done, failed) => {
    const call = request(url, { ...options, timeout: REQUEST_TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", failed);
      response.on("end", () =>
        done({
          status: response.statusCode ?? 0,
          text: Buffer.concat(chunks).toString(),
          ...(response.headers["retry-after"] !== undefined && { retryAfter: Number(response.headers["retry-after"]) }),
          // `299 - "text"`, one a header line.
          warnings: [...(response.headers["warning"] ?? "").matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(([, text]) =>
            text!.replace(/\\(["\\])/g, "$1"),
          ),
        }),
      );
    });
    call.on("timeout", () => call.destroy(new Error(`no answer from ${url.host} in ${REQUEST_TIMEOUT_MS / 1000} s`)));
    call.on("error", ({ message }) => failed(new Failure(`${url.origin}: the cluster cannot be reached: ${message}`)));
    call.end(body);
  });
}

/** The server's own words of a refusal. */
export function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text.trim();
  }
}
