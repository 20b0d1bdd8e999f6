/** Makes a port of the loopback address known on another address of this machine. */
import { connect, createServer, type Server } from "node:net";
import { LOOPBACK } from "../ports.js";

/** Until the server is closed. Goes on while nothing else keeps the process alive. */
export async function forward(address: string, port: number): Promise<Server> {
  const server = createServer((client) => {
    const inner = connect(port, LOOPBACK);
    for (const [from, to] of [
      [client, inner],
      [inner, client],
    ] as const) {
      from.pipe(to);
      from.on("error", () => to.destroy());
    }
    client.unref();
    inner.unref();
  });
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, address, done);
  });
  server.unref();
  return server;
}
