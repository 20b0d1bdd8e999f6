/**
 * A connection to a port of a pod, through the API server and the node's kubelet, as `kubectl port-forward` makes it.
 *
 * Not the API server's proxy: that takes the header Authorization for itself (WithAuthentication, k8s.io/apiserver 0.36,
 * pkg/endpoints/filters/authentication.go), so that no key would come to vLLM; and it connects to the pod's address, which a
 * NetworkPolicy closes. A kubelet connects within the pod's own network.
 */
import { Duplex } from "node:stream";
import { Failure } from "../failure.js";
import type { Cluster } from "../local/client.js";
import { connect, OPEN, type Socket } from "./webSocket.js";

/** A port of a pod. */
export interface PodPort {
  namespace: string;
  pod: string;
  port: number;
}

/** Of one port: https://github.com/kubernetes/cri-streaming, pkg/streaming/portforward/websocket.go, read 2026-11-26. */
const CHANNELS = { data: 0, errors: 1 } as const;
/** A small frame: the API server takes each as a whole. */
const FRAME_BYTES = 64 << 10;

/** @throws ApiError when the API server refuses, Failure when the node cannot be reached */
export async function portForward(cluster: Cluster, { namespace, pod, port }: PodPort): Promise<Duplex> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/portforward?ports=${port}`;
  const link: { socket?: Socket } = {};
  const stream: Duplex = new Duplex({
    read: () => link.socket?.resume(),
    write: (data: Buffer, _encoding, done) => void send(link.socket!, data).then(() => done(), done),
    final: (done) => done(),
    destroy: (failure, done) => {
      link.socket?.terminate();
      done(failure);
    },
  });
  // The first frame of each channel is the port's number.
  const begun = new Set<number>();
  const take = (channel: number, data: Buffer): boolean => {
    if (!begun.has(channel)) begun.add(channel);
    else if (channel === CHANNELS.data) {
      if (!stream.push(data)) link.socket?.pause();
    } else if (channel === CHANNELS.errors) stream.destroy(new Failure(`Pod ${pod}: ${data.toString()}`));
    return true;
  };
  const purpose = { pod, doing: "connecting to", subresource: "pods/portforward" };
  const socket = await connect(cluster, path, purpose, take);
  link.socket = socket;
  socket.onclose = () => void (stream.destroyed || stream.push(null));
  socket.onerror = ({ message }) => void stream.destroy(new Failure(`Pod ${pod}: ${message}`));
  return stream;
}

async function send(socket: Socket, data: Buffer): Promise<void> {
  for (let at = 0; at < data.length; at += FRAME_BYTES) {
    if (socket.readyState !== OPEN) throw new Failure("the connection has ended");
    const frame = Buffer.concat([Buffer.of(CHANNELS.data), data.subarray(at, at + FRAME_BYTES)]);
    await new Promise<void>((sent, failed) => socket.send(frame, (failure) => (failure ? failed(failure) : sent())));
  }
}
