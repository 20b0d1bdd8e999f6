import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

describe("the pack's entry", () => {
  it("serves the pack as the CLI starts it, and prints its port", async () => {
    // The CLI runs the entry in the pack's folder, whose package.json gives the pack its version.
    const server = spawn(process.execPath, ["index.js"], {
      cwd: resolve("policies"),
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const [port] = (await once(server.stdout, "data")) as [Buffer];
      assert.match(port.toString(), /^\d+\n$/);
    } finally {
      server.kill();
      await once(server, "exit");
    }
  });
});
