/**
 * Runs a command in a pod, with its standard streams over a WebSocket.
 *
 * The client library's own `Exec` writes without waiting: a file that comes faster than it goes would pile up in memory. Here each
 * piece waits for the one before, in both directions.
 */
import { once } from "node:events";
import type { Writable } from "node:stream";
import { connect, OPEN, type Socket } from "../cluster/webSocket.js";
import type { Cluster } from "../local/client.js";

/** First byte of each frame: https://kubernetes.io/docs/reference/using-api/api-concepts/ names the protocol, v5.channel.k8s.io. */
const CHANNELS = { input: 0, output: 1, errors: 2, status: 3 } as const;
/** A small frame: the API server takes each as a whole. */
const FRAME_BYTES = 64 << 10;
/** Of what a command writes to standard error, enough for its message. */
const ERROR_CHARACTERS = 20_000;

/** Where a command runs. */
export interface Container {
  namespace: string;
  pod: string;
  container: string;
}

/** What a command reads and writes. */
export interface Streams {
  input?: AsyncIterable<Buffer>;
  output?: Writable;
  /** Ends the connection. */
  signal?: AbortSignal;
}

/** How a command has ended. */
export interface Ended {
  /** Its exit code; `undefined` when the connection ended before it did. */
  code: number | undefined;
  /** What it wrote to standard error, or why the connection ended. */
  errors: string;
}

/** The API server's last word: https://kubernetes.io/docs/reference/using-api/api-concepts/, `Status`. */
interface Status {
  status?: string;
  message?: string;
  details?: { causes?: { reason?: string; message?: string }[] };
}

/** @throws ApiError when the API server refuses, or the pod cannot be reached */
export async function exec(
  cluster: Cluster,
  { namespace, pod, container }: Container,
  command: readonly string[],
  { input, output, signal }: Streams = {},
): Promise<Ended> {
  const query = new URLSearchParams({ container, stdout: "true", stderr: "true", stdin: String(input !== undefined) });
  for (const word of command) query.append("command", word);
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query.toString()}`;
  let errors = "";
  let status: Status | undefined;
  let draining = Promise.resolve();
  // Data may come before the connection is given to us.
  const link: { socket?: Socket } = {};
  const take = (channel: number, data: Buffer): boolean => {
    if (channel === CHANNELS.output && output?.write(data) === false) {
      link.socket?.pause();
      draining = once(output, "drain").then(() => link.socket?.resume());
      // An output that fails says so itself: who gave it listens.
      draining.catch(() => link.socket?.terminate());
    } else if (channel === CHANNELS.errors) errors = (errors + data.toString()).slice(-ERROR_CHARACTERS);
    else if (channel === CHANNELS.status) status = JSON.parse(data.toString()) as Status;
    return true;
  };
  const purpose = { pod, doing: "running a command in", subresource: "pods/exec" };
  const open = await connect(cluster, path, purpose, take);
  link.socket = open;
  const closed = new Promise<void>((done) => (open.onclose = () => done()));
  open.onerror = ({ message }) => (errors ||= message);
  const stop = (): void => open.terminate();
  signal?.addEventListener("abort", stop);
  if (signal?.aborted) stop();
  try {
    if (input !== undefined) await send(open, input, closed);
    await closed;
    await draining;
  } finally {
    signal?.removeEventListener("abort", stop);
    open.terminate();
  }
  return { code: codeOf(status), errors: errors || (status?.message ?? "the connection ended") };
}

/** Sends the input to its end, or until the command has ended. */
async function send(socket: Socket, input: AsyncIterable<Buffer>, closed: Promise<void>): Promise<void> {
  for await (const chunk of input) {
    for (let at = 0; at < chunk.length; at += FRAME_BYTES) {
      if (socket.readyState !== OPEN) return;
      const frame = Buffer.concat([Buffer.of(CHANNELS.input), chunk.subarray(at, at + FRAME_BYTES)]);
      const sent = new Promise<void>((done) => socket.send(frame, () => done()));
      await Promise.race([sent, closed]);
    }
  }
}

function codeOf(status: Status | undefined): number | undefined {
  if (status === undefined) return undefined;
  if (status.status === "Success") return 0;
  const cause = status.details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
  return cause === undefined ? undefined : Number(cause);
}
