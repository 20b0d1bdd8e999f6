import { createServer, type AddressInfo, type Server } from "node:net";

/** The address that everything listens on. */
export const LOOPBACK = "127.0.0.1";

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(0, LOOPBACK, done);
  });
  return server;
}

/** Free ports, all different; another process may still take one first. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

/** Free ports by the name of their use. */
export async function namedPorts<Name extends string>(...names: Name[]): Promise<Record<Name, number>> {
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, index) => [name, ports[index]])) as Record<Name, number>;
}
