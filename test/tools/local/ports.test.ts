import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";

import { freePorts, LOOPBACK, namedPorts } from "../../../tools/local/ports.js";

describe("namedPorts", () => {
  it("gives each name a port of its own", async () => {
    const ports = await namedPorts("client", "peer");
    assert.deepEqual(Object.keys(ports), ["client", "peer"]);
    assert.notEqual(ports.client, ports.peer);
  });
});

describe("freePorts", () => {
  it("gives as many as are wanted, all different", async () => {
    const ports = await freePorts(30);
    assert.equal(new Set(ports).size, 30);
    for (const port of ports) assert.ok(Number.isInteger(port) && port >= 1024 && port <= 65535, String(port));
    assert.deepEqual(await freePorts(0), []);
  });

  it("gives ports that can be listened on at once", async () => {
    for (const port of await freePorts(5)) {
      const server = createServer().listen(port, LOOPBACK);
      await once(server, "listening");
      server.close();
      await once(server, "close");
    }
  });

  it("gives no port that is in use", async () => {
    const [taken] = await freePorts(1);
    const server = createServer().listen(taken, LOOPBACK);
    await once(server, "listening");
    try {
      assert.ok(!(await freePorts(200)).includes(taken!));
    } finally {
      server.close();
    }
  });
});
