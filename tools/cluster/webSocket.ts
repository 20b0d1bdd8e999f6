/** WebSockets of the API server: for what is executed in a pod, and for connections to its ports. */
import { Exec } from "@kubernetes/client-node";
import { Failure } from "../failure.js";
import { ApiError, type Cluster } from "../local/client.js";

/** As much of a client of `ws` as is used here. */
export interface Socket {
  send(data: Uint8Array, done: (failure?: Error) => void): void;
  pause(): void;
  resume(): void;
  close(): void;
  terminate(): void;
  readonly readyState: number;
  onclose: (() => void) | null;
  onerror: ((event: { message: string }) => void) | null;
}

/** `readyState` of a connection that can be written to. */
export const OPEN = 1;

/** What a connection is for, for messages. */
export interface Purpose {
  pod: string;
  /** `running a command`, and the subresource of pods that it takes. */
  doing: string;
  subresource: string;
}

/**
 * @param take is given each frame: its channel and its data; may be called before this returns
 * @throws ApiError when the API server refuses, Failure when the pod cannot be reached
 */
export async function connect(
  cluster: Cluster,
  path: string,
  { pod, doing, subresource }: Purpose,
  take: (channel: number, data: Buffer) => boolean,
): Promise<Socket> {
  try {
    const socket: unknown = await new Exec(cluster.config).handler.connect(path, null, take);
    return socket as Socket;
  } catch (thrown) {
    // `ws` has the status in its message alone.
    const { message = "no connection" } = thrown as { message?: string };
    const status = Number(/Unexpected server response: (\d+)/.exec(message)?.[1]);
    if (Number.isNaN(status)) throw new Failure(`${cluster.server}: no connection to Pod ${pod}: ${message}`);
    const why = status === 403 ? `you may not create and get ${subresource} there` : "the API server refuses";
    throw new ApiError(status, `${doing} Pod ${pod}`, why);
  }
}
