import assert from "node:assert/strict";

import { livenessNeedsStartup } from "../../../../policies/rules/lifecycle/livenessNeedsStartup.js";
import { deployment, messages, plainPod } from "../../fixtures.js";

const livenessProbe = { httpGet: { path: "/health", port: 8000 } };

describe("liveness-needs-startup", () => {
  it("accepts both probes, neither, and liveness alone where nothing loads", async () => {
    const neither = deployment({ container: { startupProbe: undefined, livenessProbe: undefined } });
    const found = await messages(livenessNeedsStartup, [deployment(), neither, plainPod({ livenessProbe })]);
    assert.deepEqual(found, []);
  });

  it("refuses liveness alone on a runtime", async () => {
    assert.deepEqual(await messages(livenessNeedsStartup, deployment({ container: { startupProbe: undefined } })), [
      'container "vllm": livenessProbe without startupProbe: add a startupProbe that covers the model load',
    ]);
  });

  it("refuses liveness alone on any GPU container", async () => {
    const other = plainPod({ livenessProbe, resources: { limits: { "nvidia.com/gpu": 1 } } });
    assert.equal((await messages(livenessNeedsStartup, other)).length, 1);
  });

  it("judges every kind of probe, and takes none that asks nothing for a startup probe", async () => {
    for (const handler of [
      { tcpSocket: { port: 8000 } },
      { exec: { command: ["curl", "localhost"] } },
      { grpc: { port: 1 } },
    ]) {
      const container = { livenessProbe: { ...handler, initialDelaySeconds: 600 }, startupProbe: undefined };
      assert.equal((await messages(livenessNeedsStartup, deployment({ container }))).length, 1);
      assert.deepEqual(
        await messages(livenessNeedsStartup, deployment({ container: { ...container, startupProbe: handler } })),
        [],
      );
    }
    const empty = { startupProbe: { failureThreshold: 60 } };
    assert.equal((await messages(livenessNeedsStartup, deployment({ container: empty }))).length, 1);
  });
});
