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
});
