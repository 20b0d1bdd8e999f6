import assert from "node:assert/strict";

import { probesPresent } from "../../../../policies/rules/lifecycle/probesPresent.js";
import { deployment, type Json, messages, plainPod, resource } from "../../fixtures.js";

describe("probes-present", () => {
  it("accepts a runtime with both, and asks nothing of other pods", async () => {
    assert.deepEqual(await messages(probesPresent, [deployment(), plainPod()]), []);
  });

  for (const probe of ["startupProbe", "readinessProbe"]) {
    it(`refuses a runtime without ${probe}, or with an empty one`, async () => {
      for (const value of [undefined, null, {}]) {
        assert.deepEqual(await messages(probesPresent, deployment({ container: { [probe]: value } })), [
          `container "vllm": no ${probe}: add one on GET /health`,
        ]);
      }
    });
  }

  const PATH = { httpGet: { path: "/health", port: 8000 } };
  const startup = (probe: { [key: string]: Json }, model = "org/model") =>
    deployment({ container: { args: [model], startupProbe: { ...PATH, ...probe } } });

  it("refuses a probe that asks nothing", async () => {
    const nothing: Array<[Json, string]> = [
      [{ periodSeconds: 10, failureThreshold: 60 }, "asks nothing"],
      [{ failureThreshold: 60, httpGet: {} }, "asks nothing"],
      [{ failureThreshold: 60, exec: { command: ["true"] } }, "passes whatever the server does"],
      [{ failureThreshold: 60, exec: { command: ["/bin/sh", "-c", "exit 0"] } }, "passes whatever the server does"],
      [{ failureThreshold: 60, exec: { command: ["echo", "ready"] } }, "passes whatever the server does"],
    ];
    for (const [startupProbe, said] of nothing) {
      assert.deepEqual(await messages(probesPresent, deployment({ container: { startupProbe } })), [
        `container "vllm": startupProbe ${said}: make it GET /health`,
      ]);
    }
  });

  it("accepts probes of every form", async () => {
    const waits = { periodSeconds: 10, failureThreshold: 60 };
    for (const handler of [
      { tcpSocket: { port: 8000 } },
      { grpc: { port: 8000 } },
      { exec: { command: ["curl", "-f", "localhost:8000/health"] } },
      { exec: { command: ["sh", "-c", "echo x | nc localhost 8000"] } },
    ]) {
      const container = { startupProbe: { ...handler, ...waits }, readinessProbe: handler };
      assert.deepEqual(await messages(probesPresent, deployment({ container })), []);
    }
  });

  it("refuses a startup probe that gives up before any server starts", async () => {
    const refused: Array<[{ [key: string]: Json }, number]> = [
      [{ periodSeconds: 1, failureThreshold: 3 }, 3],
      [{}, 30],
      [{ failureThreshold: 5 }, 50],
      [{ periodSeconds: 5, failureThreshold: 10 }, 50],
      [{ initialDelaySeconds: 10, periodSeconds: 0, failureThreshold: 0 }, 40],
      [{ periodSeconds: "2", failureThreshold: "5" }, 10],
    ];
    for (const [probe, seconds] of refused) {
      assert.deepEqual(await messages(probesPresent, startup(probe)), [
        `container "vllm": startupProbe gives up after ${seconds} seconds, and a start takes 60 at least: raise failureThreshold`,
      ]);
    }
    const accepted = [
      startup({ failureThreshold: 6 }),
      startup({ initialDelaySeconds: 120 }),
      startup({ periodSeconds: 30, failureThreshold: 60 }),
      startup({ failureThreshold: "${RETRIES}" }),
    ];
    assert.deepEqual(await messages(probesPresent, accepted), []);
    assert.deepEqual(await messages(probesPresent, startup({ failureThreshold: 3 }), { minStartupSeconds: 20 }), []);
    assert.equal(
      (await messages(probesPresent, startup({ failureThreshold: 30 }), { minStartupSeconds: 600 })).length,
      1,
    );
  });

  it("asks more time for larger models", async () => {
    const needed = async (model: string) => {
      const [message = ""] = await messages(probesPresent, startup({ failureThreshold: 6 }, model));
      return Number(/size takes (\d+) at least/.exec(message)?.[1] ?? 60);
    };
    assert.equal(await needed("meta-llama/Llama-3.3-70B-Instruct"), 93);
    assert.equal(await needed("mistralai/Mixtral-8x7B-Instruct-v0.1"), 87);
    assert.equal(await needed("Qwen/Qwen3-235B-A22B"), 170);
    assert.equal(await needed("org/Llama-70B-AWQ"), 77);
    assert.equal(await needed("/models/gemma"), 60);
    assert.deepEqual(await messages(probesPresent, startup({ failureThreshold: 60 }, "meta-llama/Llama-3.1-405B")), []);
  });

  it("asks no probes of what runs to an end, and of Ray's nodes", async () => {
    const template = { spec: { containers: [{ name: "vllm", image: "vllm/vllm-openai:v0.30.0" }] } };
    const served = { spec: { containers: [{ name: "vllm", image: "x", command: ["vllm", "serve", "m"] }] } };
    const accepted = [
      resource("kubernetes:batch/v1:Job", "j", { spec: { template: served } }),
      resource("kubernetes:batch/v1:CronJob", "c", { spec: { jobTemplate: { spec: { template: served } } } }),
      resource("kubernetes:ray.io/v1:RayCluster", "r", { spec: { headGroupSpec: { template } } }),
    ];
    assert.deepEqual(await messages(probesPresent, accepted), []);
    const byCommand = resource("kubernetes:ray.io/v1:RayCluster", "r", {
      spec: { headGroupSpec: { template: served } },
    });
    assert.equal((await messages(probesPresent, byCommand)).length, 2);
  });
});
